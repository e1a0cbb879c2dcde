import { useQuery } from "@tanstack/react-query";
import { Suspense, lazy } from "react";
import { ticketQuery } from "../../../api/queries/tickets.ts";
import { loadTexts } from "../../../i18n/load.ts";
import { usePlace } from "../../../lib/use-place.ts";

const CustomerBeside = lazy(async () => {
  await loadTexts("customers");
  return { default: (await import("../../customers/public/customer-beside.tsx")).CustomerBeside };
});

/** The customer of a ticket. */
export function CustomerPane({ ticketId }: { ticketId: string }) {
  const { place } = usePlace();
  const { data: ticket } = useQuery(ticketQuery(ticketId));
  if (ticket === undefined) return null;
  return (
    <Suspense>
      <CustomerBeside ticket={ticket} place={place} />
    </Suspense>
  );
}
