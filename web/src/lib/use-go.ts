import { useRouter } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Place, placePath, ticketPath } from "./places.ts";

/** Goes to a list, to a ticket of it, or to any address of the client. `replace` leaves no step to go back to. */
export function useGo() {
  const router = useRouter();
  return useMemo(() => {
    const to = (href: string, replace = false): void => router.history[replace ? "replace" : "push"](href);
    return {
      to,
      place: (place: Place, replace?: boolean) => to(placePath(place), replace),
      ticket: (place: Place, ticketId: string, replace?: boolean) => to(ticketPath(place, ticketId), replace),
    };
  }, [router]);
}
