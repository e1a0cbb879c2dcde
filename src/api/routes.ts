import type { Router } from "./router.ts";
import { declareAttachments } from "./routes/attachments.ts";
import { declareContacts } from "./routes/contacts.ts";
import { declareCustomers } from "./routes/customers.ts";
import { declareDeliveries } from "./routes/deliveries.ts";
import { declareInboxes } from "./routes/inboxes.ts";
import { declareLabels } from "./routes/labels.ts";
import { declareMail } from "./routes/mail.ts";
import { declareMessages } from "./routes/messages.ts";
import { declareSnoozes } from "./routes/snoozes.ts";
import { declareTicketLabels } from "./routes/ticket-labels.ts";
import { declareTickets } from "./routes/tickets.ts";
import { declareUsers } from "./routes/users.ts";

/** Every endpoint, a file a resource. */
export function declareRoutes(router: Router): void {
  declareTickets(router);
  declareTicketLabels(router);
  declareSnoozes(router);
  declareMessages(router);
  declareDeliveries(router);
  declareAttachments(router);
  declareUsers(router);
  declareCustomers(router);
  declareContacts(router);
  declareInboxes(router);
  declareLabels(router);
  declareMail(router);
}
