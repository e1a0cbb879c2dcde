import { create as contentDisposition } from "content-disposition";
import { Type } from "typebox";
import { NotFound } from "../../domain/errors.ts";
import { isId } from "../../domain/ids.ts";
import { OUTCOMES } from "../../domain/outcomes.ts";
import { retryReceivedMessage } from "../../desk/retry-received.ts";
import { type ListedMessage, countLedger, findListedMessage, listLedger } from "../../storage/received-message-list.ts";
import { type Call, pathId } from "../call.ts";
import { ok } from "../conventions/answer.ts";
import { readFields } from "../conventions/fields.ts";
import { runInSteps } from "../conventions/idempotency.ts";
import { readPaging } from "../conventions/paging.ts";
import { OF_PAGES, OF_RESOURCE, parameter } from "../parameters.ts";
import { presentReceivedMessage } from "../present/received-message.ts";
import type { Router } from "../router.ts";
import { ReceivedMessage } from "../schemas/received-messages.ts";

/** The ledger of mail: every message that came in, and what became of it. */
export function declareReceivedMessages(router: Router): void {
  const { db, blobs, incoming } = router.context;
  const tag = "Mail";
  const path = "/received-messages/:received_message_id";
  const find = async (call: Call): Promise<ListedMessage> => {
    const within = call.user?.inboxIds ?? null;
    const found = await findListedMessage(db, call.account.id, pathId(call, "received_message_id"), within);
    if (found === undefined) throw new NotFound();
    return found;
  };

  router.read(
    "/received-messages",
    {
      tag,
      summary: "List the mail that came in, newest first, and what became of it",
      parameters: [
        parameter("outcome", `Comma separated, of: ${OUTCOMES.join(", ")}`),
        parameter("inbox_id", "Comma separated ids of inboxes"),
        ...OF_PAGES,
      ],
      collection: true,
      answer: Type.Array(ReceivedMessage),
      status: 200,
    },
    async ({ account, query, user }) => {
      const filter = {
        outcomes: query.oneOf("outcome", OUTCOMES) ?? null,
        inboxIds: query.list("inbox_id")?.filter(isId) ?? null,
        within: user?.inboxIds ?? null,
      };
      const asked = readFields(query);
      const rows = await listLedger(db, account.id, filter, readPaging(query));
      const body = rows.map((row) => presentReceivedMessage(row, asked));
      return query.isTrue("count") ? { status: 200, body, total: await countLedger(db, account.id, filter) } : ok(body);
    },
  );

  router.read(
    path,
    { tag, summary: "Get a message of the ledger", parameters: OF_RESOURCE, answer: ReceivedMessage, status: 200 },
    async (call) => ok(presentReceivedMessage(await find(call), readFields(call.query))),
  );

  router.writeAfter(
    "POST",
    `${path}/retry`,
    {
      tag,
      summary: "Take up a message again that was put aside (quarantine)",
      parameters: OF_RESOURCE,
      answer: ReceivedMessage,
      status: 200,
      least: "admin",
    },
    async (call) =>
      await runInSteps(db, call.idempotent, async () => {
        const { id } = await find(call);
        await retryReceivedMessage({ db, blobs }, incoming, call.account.id, id);
        return ok(presentReceivedMessage(await find(call), readFields(call.query)));
      }),
  );

  router.bytes(`${path}/raw`, { tag, summary: "Get a message of the ledger as it came", status: 200 }, async (call) => {
    const { id, hash, size } = await find(call);
    return {
      stream: await blobs.read(call.account.id, hash),
      headers: {
        "Content-Type": "message/rfc822",
        "Content-Length": String(size),
        "Content-Disposition": contentDisposition(`${id}.eml`),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
      },
    };
  });
}
