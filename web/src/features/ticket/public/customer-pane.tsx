import { useQuery } from "@tanstack/react-query";
import { customerName } from "../../../api/names.ts";
import { ticketQuery } from "../../../api/queries/tickets.ts";
import { Avatar } from "../../../ui/avatar.tsx";

/** The customer of a ticket. */
export function CustomerPane({ ticketId }: { ticketId: string }) {
  const { data: ticket } = useQuery(ticketQuery(ticketId));
  if (ticket === undefined) return null;
  const name = customerName(ticket.customer);
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex items-center gap-3">
        <Avatar name={name} size="large" />
        <h2 className="min-w-0 font-semibold break-words">{name}</h2>
      </div>
      <ul className="text-sm">
        {ticket.customer.contacts.map((contact) => (
          <li key={contact.id} className="break-all">
            {contact.value}
          </li>
        ))}
      </ul>
      {ticket.customer.summary !== null && <p className="text-sm text-muted">{ticket.customer.summary}</p>}
    </div>
  );
}
