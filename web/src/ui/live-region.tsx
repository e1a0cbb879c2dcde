import { announcement } from "../lib/announce.ts";
import { useStore } from "../lib/store.ts";

/** Where screen readers hear what `announce` says. The same words twice are two announcements. */
export function LiveRegion() {
  const { text, id } = useStore(announcement);
  return (
    <div aria-live="polite" aria-atomic className="sr-only">
      {id % 2 === 0 ? text : `${text}\u00A0`}
    </div>
  );
}
