import { randomBytes, randomUUID } from "node:crypto";

export interface UploadedFile {
  id: string;
  bytes: Buffer;
}

/** A message as the server said that it has it. */
export interface AckedMessage {
  body: string;
  outbound: boolean;
  files: UploadedFile[];
}

/** A ticket that the server said it has, with everything that was acknowledged since. */
export interface AckedTicket {
  id: string;
  number: number;
  subject: string;
  /** A word that is in no other ticket. */
  word: string;
  messages: AckedMessage[];
  labels: string[];
  state: string;
  /** What was asked for and not answered when the server died: it happened whole, or not at all. */
  unsure: { message?: AckedMessage; labels?: string[]; state?: string };
}

/** A ticket that was asked for and not answered. */
export interface UnansweredTicket {
  key: string;
  body: object;
  subject: string;
}

/** What a script that wrote until the server died knows. */
export interface Written {
  tickets: AckedTicket[];
  unanswered: UnansweredTicket | null;
  /** How many requests were answered 2xx. */
  acknowledged: number;
}

export interface Target {
  url: string;
  token: string;
  userId: string;
  labels: string[];
}

/** The server is gone: what was asked last has no answer. */
class Gone extends Error {}

export async function ask(
  { url, token }: Pick<Target, "url" | "token">,
  method: string,
  path: string,
  body?: object,
  key?: string,
): Promise<Response> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...(key !== undefined && { "Idempotency-Key": key }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return response;
}

/** One connection that writes all it can until the server dies: tickets, files, labels, states, replies. */
export async function writeUntilGone(target: Target): Promise<Written> {
  const written: Written = { tickets: [], unanswered: null, acknowledged: 0 };
  try {
    for (let turn = 0; ; turn += 1) {
      const ticket = await createTicket(target, written);
      await replaceLabels(target, written, ticket, [target.labels[turn % target.labels.length] ?? ""]);
      await addMessage(target, written, ticket, turn % 2 === 0);
      await setState(target, written, ticket, turn % 2 === 0 ? "closed" : "hold");
      await replaceLabels(target, written, ticket, target.labels.slice(0, turn % (target.labels.length + 1)));
    }
  } catch (error) {
    if (error instanceof Gone) return written;
    throw error;
  }
}

/** Sends a write and counts it once its answer is whole. */
async function send(
  target: Target,
  written: Written,
  method: string,
  path: string,
  body?: object,
  key?: string,
  // oxlint-disable-next-line no-explicit-any -- the caller knows the resource
): Promise<any> {
  let status: number;
  let text: string;
  try {
    const response = await ask(target, method, path, body, key);
    status = response.status;
    text = await response.text();
  } catch {
    throw new Gone();
  }
  if (status < 200 || status > 299) throw new Error(`${method} ${path} was answered ${status}: ${text}`);
  written.acknowledged += 1;
  return text === "" ? undefined : JSON.parse(text);
}

async function upload(target: Target, written: Written): Promise<UploadedFile> {
  const bytes = randomBytes(Math.ceil(Math.random() * 20_000));
  const body = { name: "file.bin", type: "application/octet-stream", data: bytes.toString("base64") };
  const { id } = (await send(target, written, "POST", "/attachments", body)) as { id: string };
  return { id, bytes };
}

const newWord = (): string => `w${randomBytes(8).toString("hex")}`;

async function createTicket(target: Target, written: Written): Promise<AckedTicket> {
  const word = newWord();
  const file = await upload(target, written);
  const subject = `About ${word}`;
  const messages: AckedMessage[] = [
    { body: `Inbound ${word}`, outbound: false, files: [file] },
    { body: `Note ${word}`, outbound: false, files: [] },
    { body: `Outbound ${word}`, outbound: true, files: [] },
  ];
  const body = {
    type: "email",
    subject,
    customer: { first_name: "Ruby", contacts: [{ type: "email", value: `${word}@example.com` }] },
    messages: [
      {
        type: "reply",
        direction: "in",
        from: `${word}@example.com`,
        body: messages[0]?.body,
        attachment_ids: [file.id],
      },
      { type: "note", user_id: target.userId, body: messages[1]?.body },
      { type: "reply", direction: "out", to: `${word}@example.com`, user_id: target.userId, body: messages[2]?.body },
    ],
  };
  const key = randomUUID();
  written.unanswered = { key, body, subject };
  const { id, number } = (await send(target, written, "POST", "/tickets", body, key)) as { id: string; number: number };
  written.unanswered = null;
  const ticket: AckedTicket = { id, number, subject, word, messages, labels: [], state: "open", unsure: {} };
  written.tickets.push(ticket);
  return ticket;
}

async function addMessage(target: Target, written: Written, ticket: AckedTicket, outbound: boolean): Promise<void> {
  const file = await upload(target, written);
  const message: AckedMessage = { body: `More ${newWord()}`, outbound, files: [file] };
  const body = outbound
    ? { type: "reply", direction: "out", to: `${ticket.word}@example.com`, user_id: target.userId }
    : { type: "note", user_id: target.userId };
  ticket.unsure = { message };
  await send(target, written, "POST", `/tickets/${ticket.id}/messages`, {
    ...body,
    body: message.body,
    attachment_ids: [file.id],
  });
  ticket.unsure = {};
  ticket.messages.push(message);
}

async function replaceLabels(target: Target, written: Written, ticket: AckedTicket, labels: string[]): Promise<void> {
  ticket.unsure = { labels };
  await send(target, written, "PATCH", `/tickets/${ticket.id}`, { label_ids: labels });
  ticket.unsure = {};
  ticket.labels = labels;
}

async function setState(target: Target, written: Written, ticket: AckedTicket, state: string): Promise<void> {
  ticket.unsure = { state };
  await send(target, written, "PATCH", `/tickets/${ticket.id}`, { state });
  ticket.unsure = {};
  ticket.state = state;
}
