import { useQuery } from "@tanstack/react-query";
import { ticketQuery } from "../../../api/queries/tickets.ts";
import { loadTexts } from "../../../i18n/load.ts";
import { usePlace } from "../../../lib/use-place.ts";
import { lazyPart } from "../../../ui/lazy-part.tsx";

const CustomerBeside = lazyPart(async () => {
  await loadTexts("customers");
  return (await import("../../customers/public/customer-beside.tsx")).CustomerBeside;
});

/** The customer of a ticket. */
export function CustomerPane({ ticketId }: { ticketId: string }) {
  const { place } = usePlace();
  const { data: ticket } = useQuery(ticketQuery(ticketId));
  if (ticket === undefined) return null;
  return <CustomerBeside ticket={ticket} place={place} />;
}
