import { findRecipientInboxes } from "../../channels/email/inbox-server.ts";
import { Faults } from "../../domain/faults.ts";
import { processReceivedMessage } from "../../desk/receive-message.ts";
import { storeReceivedMessage } from "../../desk/store-received.ts";
import { runOnce } from "../conventions/idempotency.ts";
import { ENVELOPE, parameter } from "../parameters.ts";
import type { Router } from "../router.ts";
import { ReceivedMail } from "../schemas/mail.ts";

/** For services that hand mail on by HTTP: the raw message, as it came. */
export function declareMail(router: Router): void {
  const { db, blobs, incoming } = router.context;
  router.writeAfter(
    "POST",
    "/mail",
    {
      tag: "Mail",
      summary: "Take a raw message into an inbox; the same message again changes nothing",
      parameters: [parameter("inbox", "The address of the inbox; what follows a `+` in it does not count"), ENVELOPE],
      rawType: "message/rfc822",
      answer: ReceivedMail,
      status: 202,
      least: "admin",
    },
    async ({ account, query, request, idempotent }) => {
      const stores = { db, blobs, ...(incoming.judge && { judge: incoming.judge }) };
      const faults = new Faults();
      // An unescaped + arrived as a space, which no address has.
      const address = (query.text("inbox") ?? "").trim().replaceAll(" ", "+");
      const inboxes = await findRecipientInboxes(db, address, account.site);
      const inbox = inboxes.find(({ account_id }) => account_id === account.id);
      if (inbox === undefined) faults.add("inbox must be the address of an inbox");
      const raw = request.body;
      if (!(raw instanceof Uint8Array) || raw.byteLength === 0) faults.add("body must be a message, as it came");
      faults.throwIfAny();
      const id = await storeReceivedMessage(
        { db, blobs },
        {
          accountId: account.id,
          inboxId: inbox?.id ?? "",
          source: "http",
          sourcePosition: null,
          raw: raw as Uint8Array,
        },
      );
      // Stored is enough: what fails now is made up for by the sweep, and must not have the client send it again.
      const body = await processReceivedMessage(stores, account.id, id).then(
        ({ outcome, reason, ticketId, messageId }) => ({
          id,
          outcome,
          reason,
          ticket_id: ticketId,
          message_id: messageId,
        }),
        () => ({ id, outcome: "pending", reason: null, ticket_id: null, message_id: null }),
      );
      // Asked again with its key it is stored again, as a duplicate, and told what became of the first.
      return await runOnce(db, idempotent, () => Promise.resolve({ status: 202, body }));
    },
  );
}
