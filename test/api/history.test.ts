import { beforeAll, describe, expect, test } from "vitest";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
beforeAll(async () => {
  if (ENGINE_MISSING === null) desk = await openDesk();
});

describe.skipIf(ENGINE_MISSING !== null)("a ticket's history", () => {
  test("says what happened, by whom and from what to what, in the form that a ticket has", async () => {
    const { id } = await desk.ticket();
    const agent = await desk.signIn();
    const label = (await desk.post("/labels", { name: "History" })).body;
    await agent.patch(`/tickets/${id}`, { state: "closed", spam: true });
    await agent.patch(`/tickets/${id}`, { label_ids: [label.id] });
    await desk.post(`/tickets/${id}/snooze`, { snoozed_until: "2999-01-01T00:00:00Z" });
    // What somebody has seen is no part of it.
    expect((await agent.ask("PUT", `/tickets/${id}/seen`, {})).status).toBeLessThan(300);
    const got = await desk.get(`/tickets/${id}/events?count=true`);
    expect(got.status).toBe(200);
    expect(got.headers["total-count"]).toBe("4");
    expect(got.body).toMatchObject([
      { kind: "ticket.created", user_id: null, changes: null },
      {
        kind: "ticket.updated",
        user_id: agent.user.id,
        token_id: null,
        changes: { state: ["open", "closed"], spam: [false, true] },
      },
      { kind: "ticket.labeled", changes: { label_ids: [[], [label.id]] } },
      { kind: "ticket.updated", user_id: null, changes: { snoozed_until: [null, "2999-01-01T00:00:00Z"] } },
    ]);
    const newest = await desk.get(`/tickets/${id}/events?sort=-created_at&per_page=1&fields=kind,changes`);
    expect(newest.body).toEqual([got.body.at(-1)].map(({ kind, changes }) => ({ kind, changes })));
  });

  test("is not there for a ticket that one does not see", async () => {
    const { id } = await desk.ticket();
    const inbox = (await desk.post("/inboxes", { name: "Other" })).body;
    const agent = await desk.signIn({ inboxIds: [inbox.id] });
    expect((await agent.get(`/tickets/${id}/events`)).status).toBe(404);
    expect((await (await openDesk()).get(`/tickets/${id}/events`)).status).toBe(404);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("the original of a message", () => {
  const RAW = "Message-ID: <o@x.example>\r\nFrom: <r@x.example>\r\nSubject: Hi\r\n\r\n<script>x</script> \u00e9\r\n";

  test("is the mail as it came, to be downloaded or read as text, without any right", async () => {
    const mail = await desk.post("/mail?inbox=help@desk.example", RAW, { "Content-Type": "message/rfc822" });
    const path = `/tickets/${mail.body.ticket_id}/messages/${mail.body.message_id}/original`;
    const got = await desk.get(path);
    expect(got.status, got.text).toBe(200);
    expect(got.text).toBe(RAW);
    expect(got.headers).toMatchObject({
      "content-type": "message/rfc822",
      "content-disposition": `attachment; filename="${mail.body.message_id}.eml"`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
    });
    expect((await (await openDesk()).get(path)).status, "of another account").toBe(404);
    const view = await desk.get(`${path}?view=1`);
    expect(view.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(view.headers["content-disposition"]).toMatch(/^inline/);
  });

  test("is not there for a message that did not come by mail", async () => {
    const { id } = await desk.ticket({ messages: [{ type: "note", user_id: desk.user.id, body: "x" }] });
    const [message] = (await desk.get(`/tickets/${id}/messages`)).body;
    expect((await desk.get(`/tickets/${id}/messages/${message.id}/original`)).status).toBe(404);
  });
});
