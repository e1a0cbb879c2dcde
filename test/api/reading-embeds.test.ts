import { describe, expect, test } from "vitest";
import { countRead } from "../support/count-queries.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const ALL = "user,inbox,customer,labels,messages";
const EMBEDS = ["user", "inbox", "customer", "labels", "messages"];

/** A ticket with a user, a label and a message that has a file, by a customer with a contact of their own. */
async function wholeTicket(desk: TestDesk, name: string) {
  const label = (await desk.post("/labels", { name, color: "red" })).body;
  const file = (await desk.post("/attachments", { name, type: "text/plain", data: "YQ==" })).body;
  const ticket = await desk.ticket({
    customer: { first_name: name, contacts: [{ type: "email", value: `${name}@example.com` }] },
    user_id: desk.user.id,
    messages: [{ type: "note", user_id: desk.user.id, body: name, attachment_ids: [file.id] }],
  });
  await desk.patch(`/tickets/${ticket.id}`, { label_ids: [label.id] });
  return { ticket, label, file };
}

describe.skipIf(ENGINE_MISSING !== null)("R3", () => {
  test("R3: the single ticket takes every embed, each as the resource itself reads", async () => {
    const desk = await openDesk();
    const { ticket, label, file } = await wholeTicket(desk, "ruby");
    const { body } = await desk.get(`/tickets/${ticket.id}?embed=${ALL}`);
    expect(body.user).toEqual((await desk.get(`/users/${desk.user.id}`)).body);
    expect(body.inbox).toEqual((await desk.get(`/inboxes/${desk.inbox.id}`)).body);
    expect(body.customer).toEqual((await desk.get(`/customers/${ticket.customer_id}`)).body);
    expect(body.customer.contacts[0].value).toBe("ruby@example.com");
    expect(body.labels).toEqual([label]);
    expect(body.messages).toEqual((await desk.get(`/tickets/${ticket.id}/messages`)).body);
    expect(body.messages[0].attachments).toEqual([file]);
  });

  test("R3: lists take every embed, and give each ticket its own", async () => {
    const desk = await openDesk();
    const first = await wholeTicket(desk, "first");
    const second = await wholeTicket(desk, "second");
    for (const list of [`/tickets?embed=${ALL}`, `/tickets?embed=${ALL}&sort=created_at`]) {
      const { body } = await desk.get(list);
      expect(body).toHaveLength(2);
      for (const ticket of body) {
        const own = ticket.id === first.ticket.id ? first : second;
        expect(ticket.customer.id).toBe(own.ticket.customer_id);
        expect(ticket.labels).toEqual([own.label]);
        expect(ticket.messages.map((message: { body: string }) => message.body)).toEqual([own.label.name]);
        expect(ticket.messages[0].attachments).toEqual([own.file]);
      }
    }
    const { body } = await desk.get(`/customers/${first.ticket.customer_id}/tickets?embed=${ALL}`);
    expect(Object.keys(body[0])).toEqual(expect.arrayContaining(EMBEDS));
  });

  test("R3: a list shows what the single ticket shows", async () => {
    const desk = await openDesk();
    const { ticket } = await wholeTicket(desk, "ruby");
    const [listed] = (await desk.get(`/tickets?embed=${ALL}`)).body;
    expect(listed).toEqual((await desk.get(`/tickets/${ticket.id}?embed=${ALL}`)).body);
  });

  test("R3: other names of an embed are answered under the documented one", async () => {
    const desk = await openDesk();
    const { ticket } = await wholeTicket(desk, "ruby");
    const names = { users: "user", inboxes: "inbox", customers: "customer", label: "labels", message: "messages" };
    for (const [name, documented] of Object.entries(names)) {
      for (const path of [`/tickets/${ticket.id}`, "/tickets"]) {
        const plain = (await desk.get(`${path}?embed=${documented}`)).body;
        expect((await desk.get(`${path}?embed=${name}`)).body).toEqual(plain);
        expect((await desk.get(`${path}?embed=${name},${documented}`)).body).toEqual(plain);
      }
    }
  });

  test("R3: the deprecated group and unknown names are ignored", async () => {
    const desk = await openDesk();
    const { ticket } = await wholeTicket(desk, "ruby");
    for (const path of [`/tickets/${ticket.id}`, "/tickets"]) {
      const plain = (await desk.get(path)).body;
      for (const embed of ["group", "groups", "nonsense", "", "group,nonsense,,", "__proto__", "constructor"]) {
        const got = await desk.get(`${path}?embed=${embed}`);
        expect(got.status).toBe(200);
        expect(got.body).toEqual(plain);
      }
      const some = (await desk.get(`${path}?embed=group,inbox`)).body;
      expect(some).toEqual((await desk.get(`${path}?embed=inbox`)).body);
    }
  });

  test("R3: without embed nothing is embedded", async () => {
    const desk = await openDesk();
    const { ticket } = await wholeTicket(desk, "ruby");
    for (const name of EMBEDS) expect((await desk.get(`/tickets/${ticket.id}`)).body).not.toHaveProperty(name);
  });

  test("R3: an embed is null where there is none, and an empty list where there are none", async () => {
    const desk = await openDesk();
    const ticket = await desk.ticket();
    for (const path of [`/tickets/${ticket.id}?embed=${ALL}`, `/tickets?embed=${ALL}`]) {
      const [found] = [(await desk.get(path)).body].flat();
      expect(found).toMatchObject({ user: null, labels: [], messages: [] });
      expect(found.inbox.id).toBe(desk.inbox.id);
      expect(found.customer.contacts).toEqual([]);
    }
  });

  test("R3: labels stand in the order of label_ids", async () => {
    const desk = await openDesk();
    const names = ["zebra", "apple", "mango"];
    const labels: { id: string }[] = [];
    for (const name of names) labels.push((await desk.post("/labels", { name })).body);
    const ticket = await desk.ticket();
    const ids = [2, 0, 1].map((index) => labels[index]?.id);
    await desk.patch(`/tickets/${ticket.id}`, { label_ids: ids });
    const { body } = await desk.get(`/tickets/${ticket.id}?embed=labels`);
    expect(body.label_ids).toEqual(ids);
    expect(body.labels.map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  test("R3: the number of queries does not grow with the rows", async () => {
    const desk = await openDesk();
    for (let index = 0; index < 2; index += 1) await wholeTicket(desk, `few${index}`);
    const count = async (): Promise<number> => await countRead(desk, desk, `/tickets?embed=${ALL}&per_page=100`);
    const few = await count();
    for (let index = 0; index < 12; index += 1) await wholeTicket(desk, `many${index}`);
    const many = await count();
    expect(many).toBe(few);
    // One for the tickets, one for each embed, and one for what stands in it: contacts, attachments. The rest is the token.
    expect(few).toBeGreaterThanOrEqual(7);
    expect(few).toBeLessThanOrEqual(11);
  });

  test("R3: an embed that is not asked for is not looked for", async () => {
    const desk = await openDesk();
    await wholeTicket(desk, "ruby");
    const plain = await countRead(desk, desk, "/tickets?fields=id");
    expect(await countRead(desk, desk, "/tickets?fields=id,user&embed=user")).toBe(plain + 1);
    expect(await countRead(desk, desk, "/tickets?fields=id,inbox&embed=inboxes,inbox")).toBe(plain + 1);
  });
});
