import { useEffect } from "react";
import { PRESENCE_BEAT, beatPresence, showPresence } from "../../api/live.ts";
import type { Id } from "../../api/types.ts";

/** While a ticket is open and the window is seen, others know that one is here. */
export function usePresence(ticketId: Id): void {
  useEffect(() => {
    const tell = (): void => {
      if (document.visibilityState === "visible") void beatPresence(ticketId);
    };
    const turn = (): void => {
      if (document.visibilityState === "visible") void beatPresence(ticketId);
      else void showPresence(ticketId, null);
    };
    // Who only passes by is not worth a request.
    const start = setTimeout(tell, 500);
    const beat = setInterval(tell, PRESENCE_BEAT);
    document.addEventListener("visibilitychange", turn);
    return () => {
      clearTimeout(start);
      clearInterval(beat);
      document.removeEventListener("visibilitychange", turn);
      void showPresence(ticketId, null);
    };
  }, [ticketId]);
}
