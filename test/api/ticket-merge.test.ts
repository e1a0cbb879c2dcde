import { beforeAll, describe, expect, test } from "vitest";
import { type Got, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
beforeAll(async () => {
  if (ENGINE_MISSING === null) desk = await openDesk({ undo_seconds: 600 });
});

let mails = 0;

/** Mail that comes in; returns the ticket and the message that it became. */
async function mail(
  from: string,
  more: { subject?: string; replyTo?: string; text?: string } = {},
): Promise<Got["body"]> {
  mails += 1;
  const raw = [
    `Message-ID: <merge-${mails}@customer.example>`,
    `From: ${from}`,
    "To: help@desk.example",
    `Subject: ${more.subject ?? `Question ${mails}`}`,
    "Date: Mon, 02 Mar 2026 10:00:00 +0000",
    ...(more.replyTo === undefined ? [] : [`In-Reply-To: <${more.replyTo}>`]),
    "",
    more.text ?? "Hello",
    "",
  ].join("\r\n");
  const got = await desk.post("/mail?inbox=help@desk.example", raw, { "Content-Type": "message/rfc822" });
  expect(got.status, got.text).toBe(202);
  return got.body;
}

async function reply(ticketId: string, to: string): Promise<Got["body"]> {
  const body = { type: "reply", direction: "out", user_id: desk.user.id, to, body: "An answer" };
  const got = await desk.post(`/tickets/${ticketId}/messages`, body);
  expect(got.status, got.text).toBe(201);
  return got.body;
}

const ticketOf = async (id: string): Promise<Got["body"]> =>
  (
    await desk.get(
      `/tickets/${id}?fields=id,state,trash,spam,summary,label_ids,merged_into,split_from,version,customer_id,reply_to`,
    )
  ).body;
const messagesOf = async (id: string): Promise<Got["body"]> =>
  (await desk.get(`/tickets/${id}/messages?per_page=100`)).body;
const idsOf = (rows: { id: string }[]): string[] => rows.map(({ id }) => id).toSorted();
const found = async (word: string): Promise<string[]> => idsOf((await desk.get(`/tickets?q=${word}`)).body);
const kindsOf = async (id: string): Promise<string[]> =>
  (await desk.get(`/tickets/${id}/events?per_page=100`)).body.map(({ kind }: { kind: string }) => kind);

/** Two tickets of two people, the second with a label and an answer that waits. */
async function makeTwo() {
  const word = `word${mails}x${Date.now()}`;
  const first = await mail("Ruby <ruby@a.example>", { text: "The first of all" });
  const second = await mail("Otto <otto@b.example>", { text: `About the ${word}` });
  const label = (await desk.post("/labels", { name: `L ${word}` })).body;
  await desk.ask("PUT", `/tickets/${second.ticket_id}/labels/${label.id}`);
  const answer = await reply(second.ticket_id, "otto@b.example");
  return { target: first.ticket_id as string, source: second.ticket_id as string, label, answer, word };
}

describe.skipIf(ENGINE_MISSING !== null)("merging tickets", () => {
  test("takes messages, labels and search entries over, and leaves the merged one in the trash, where it still answers", async () => {
    const { target, source, label, word } = await makeTwo();
    const before = [...(await messagesOf(target)), ...(await messagesOf(source))];
    const merged = await desk.post(`/tickets/${target}/merge`, { ticket_ids: [source] });
    expect(merged.status, merged.text).toBe(200);
    expect(merged.headers["undo-id"]).toMatch(/^[0-9a-f]{24}$/);
    expect(merged.body.label_ids).toEqual([label.id]);
    const after = await messagesOf(target);
    expect(idsOf(after)).toEqual(idsOf(before));
    const times = (rows: { created_at: string }[]): string[] => rows.map(({ created_at }) => created_at).toSorted();
    expect(times(after)).toEqual(times(before));
    expect(await messagesOf(source)).toEqual([]);
    expect(await ticketOf(source)).toMatchObject({ trash: true, merged_into: target, summary: null });
    expect(await found(word)).toEqual([target]);
    expect((await kindsOf(target)).at(-1)).toBe("ticket.merged");
    expect((await kindsOf(source)).at(-1)).toBe("ticket.merged");
  });

  test("brings a customer's later mail for the merged ticket to the other, by its key, by Message-ID and from the API", async () => {
    const { target, source, answer } = await makeTwo();
    await desk.post(`/tickets/${target}/merge`, { ticket_ids: [source] });
    const sent = await desk.server.storage.db.query
      .selectFrom("messages")
      .select("mail_id")
      .where("account_id", "=", desk.account.id)
      .where("id", "=", answer.id)
      .executeTakeFirstOrThrow();
    const answered = await mail("Otto <otto@b.example>", { replyTo: sent.mail_id ?? "" });
    expect(answered).toMatchObject({ outcome: "reply", ticket_id: target });
    const number = (await desk.get(`/tickets/${source}`)).body.number;
    expect(await mail("Otto <otto@b.example>", { subject: `Re: [#${number}] again` })).toMatchObject({
      ticket_id: target,
    });
    const noted = await desk.post(`/tickets/${source}/messages`, { type: "note", user_id: desk.user.id, body: "x" });
    expect(noted.headers.location).toContain(`/tickets/${target}/messages/`);
  });

  test("keeps what waits to be sent going: its job names the ticket it is on, and it can be taken back there", async () => {
    const { target, source, answer } = await makeTwo();
    await desk.post(`/tickets/${target}/merge`, { ticket_ids: [source] });
    const undone = await desk.post(`/tickets/${target}/messages/${answer.id}/undo`);
    expect(undone.status, undone.text).toBe(204);
  });

  test("can be taken back: everything is as it was, and what came since stays", async () => {
    const { target, source, label, word } = await makeTwo();
    await desk.patch(`/tickets/${target}`, { state: "closed" });
    const [before, beforeSource] = [await messagesOf(target), await messagesOf(source)];
    const merged = await desk.post(`/tickets/${target}/merge`, { ticket_ids: [source] });
    expect(merged.body.state, "an open ticket opens what it becomes part of").toBe("open");
    const noted = await desk.post(`/tickets/${target}/messages`, {
      type: "note",
      user_id: desk.user.id,
      body: "since",
    });
    const undone = await desk.post(`/undos/${String(merged.headers["undo-id"])}`);
    expect(undone.status, undone.text).toBe(200);
    expect(idsOf(await messagesOf(target))).toEqual(idsOf([...before, noted.body]));
    expect(await messagesOf(source)).toEqual(beforeSource);
    expect(await ticketOf(target)).toMatchObject({ state: "closed", label_ids: [] });
    expect(await ticketOf(source)).toMatchObject({ trash: false, merged_into: null, label_ids: [label.id] });
    expect(await found(word)).toEqual([source]);
    expect((await kindsOf(source)).at(-1)).toBe("ticket.unmerged");
    expect((await desk.post(`/undos/${String(merged.headers["undo-id"])}`)).status).toBe(409);
  });

  test("that was merged on cannot be taken back", async () => {
    const { target, source } = await makeTwo();
    const third = (await mail("Ida <ida@c.example>")).ticket_id;
    const merged = await desk.post(`/tickets/${target}/merge`, { ticket_ids: [source] });
    expect((await desk.post(`/tickets/${third}/merge`, { ticket_ids: [target] })).status).toBe(200);
    expect((await desk.post(`/undos/${String(merged.headers["undo-id"])}`)).status).toBe(409);
    const through = await mail("Otto <otto@b.example>", {
      subject: `Re: [#${(await desk.get(`/tickets/${source}`)).body.number}]`,
    });
    expect(through.ticket_id, "mail follows every step").toBe(third);
  });

  test("refuses itself, what is merged already, what is not there, and nothing at all", async () => {
    const { target, source } = await makeTwo();
    const bad = await desk.post(`/tickets/${target}/merge`, { ticket_ids: [target, "0".repeat(24)] });
    expect(bad.status).toBe(422);
    expect(bad.body.errors).toHaveLength(2);
    expect((await desk.post(`/tickets/${target}/merge`, { ticket_ids: [] })).status).toBe(422);
    await desk.post(`/tickets/${target}/merge`, { ticket_ids: [source] });
    expect((await desk.post(`/tickets/${target}/merge`, { ticket_ids: [source] })).status).toBe(422);
    expect((await desk.post(`/tickets/${source}/merge`, { ticket_ids: [target] })).status).toBe(422);
  });

  test("is not for a ticket in an inbox that the agent does not see", async () => {
    const { target, source } = await makeTwo();
    const hidden = (await desk.post("/inboxes", { name: "Hidden" })).body;
    await desk.patch(`/tickets/${source}`, { inbox_id: hidden.id });
    const agent = await desk.signIn({ inboxIds: [desk.inbox.id] });
    expect((await agent.post(`/tickets/${target}/merge`, { ticket_ids: [source] })).status).toBe(422);
    const reader = await desk.signIn({ role: "read_only" });
    expect((await reader.post(`/tickets/${target}/merge`, { ticket_ids: [source] })).status).toBe(403);
    await desk.post(`/tickets/${source}/merge`, { ticket_ids: [target] });
    const through = await agent.post(`/tickets/${target}/messages`, {
      type: "note",
      user_id: agent.user.id,
      body: "x",
    });
    expect(through.status, "a merged ticket leads nowhere that they do not see").toBe(404);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("splitting a ticket", () => {
  test("takes chosen messages to a new ticket of who wrote them, which knows where they came from", async () => {
    const { target, source, word } = await makeTwo();
    await desk.post(`/tickets/${target}/merge`, { ticket_ids: [source] });
    const chosen = (await messagesOf(target)).filter((each: { from: string }) => each.from?.includes("otto"));
    const split = await desk.post(
      `/tickets/${target}/split?fields=id,customer_id,split_from,reply_to,summary,subject`,
      {
        message_ids: idsOf(chosen),
        subject: "Otto's own",
      },
    );
    expect(split.status, split.text).toBe(201);
    expect(split.headers["undo-id"]).toMatch(/^[0-9a-f]{24}$/);
    expect(split.body).toMatchObject({ split_from: target, reply_to: "otto@b.example", subject: "Otto's own" });
    expect(split.body.customer_id).toBe((await ticketOf(source)).customer_id);
    expect(split.body.summary).toContain(word);
    expect(idsOf(await messagesOf(split.body.id))).toEqual(idsOf(chosen));
    expect(await found(word)).toEqual([split.body.id]);
    expect((await kindsOf(split.body.id)).slice(-2)).toContain("ticket.split");
    const undone = await desk.post(`/undos/${String(split.headers["undo-id"])}`);
    expect(undone.status, undone.text).toBe(200);
    expect(await messagesOf(split.body.id)).toEqual([]);
    expect(await found(word)).toEqual([target]);
    expect(await ticketOf(split.body.id)).toMatchObject({ trash: true, merged_into: target });
  });

  test("brings an answer to a message that was split off to where it is now", async () => {
    const { source, answer } = await makeTwo();
    const split = await desk.post(`/tickets/${source}/split`, { message_ids: [answer.id] });
    expect(split.status, split.text).toBe(201);
    const sent = await desk.server.storage.db.query
      .selectFrom("messages")
      .select("mail_id")
      .where("account_id", "=", desk.account.id)
      .where("id", "=", answer.id)
      .executeTakeFirstOrThrow();
    expect(await mail("Otto <otto@b.example>", { replyTo: sent.mail_id ?? "" })).toMatchObject({
      ticket_id: split.body.id,
    });
    const late = await desk.post(`/undos/${String(split.headers["undo-id"])}`);
    expect(late.status, "it has a message of its own since").toBe(409);
    expect(idsOf(await messagesOf(split.body.id)), "and stays as it is").toContain(answer.id);
  });

  test("refuses all messages, none, and those of another ticket", async () => {
    const { target, source } = await makeTwo();
    const [own, others] = [idsOf(await messagesOf(source)), idsOf(await messagesOf(target))];
    expect((await desk.post(`/tickets/${source}/split`, { message_ids: own })).status).toBe(422);
    expect((await desk.post(`/tickets/${source}/split`, { message_ids: [] })).status).toBe(422);
    const foreign = await desk.post(`/tickets/${source}/split`, { message_ids: others });
    expect(foreign.body.errors).toEqual([{ message: "message_ids[0] must be the id of a message of this ticket" }]);
  });
});
