import type { Message } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { useStore } from "../../lib/store.ts";
import { choosing, toggleChosen } from "./choosing.ts";
import { GAPS, groundOf } from "./message-look.ts";
import { nameOf } from "./names.ts";

/** Over a message while some are chosen: whether it goes. */
export function ChooseMessage({ message }: { message: Message }) {
  const chosen = useStore(choosing)?.ids.has(message.id) ?? false;
  return (
    <label
      className={cx(
        "flex min-h-8 items-center gap-2 text-sm pointer-coarse:min-h-11",
        GAPS,
        chosen ? "bg-ground-selected" : groundOf(message),
      )}
    >
      <input
        type="checkbox"
        className="size-4 accent-accent"
        checked={chosen}
        onChange={() => toggleChosen(message.id)}
      />
      <span className="truncate">{t("split.take", { name: nameOf(message) })}</span>
    </label>
  );
}
