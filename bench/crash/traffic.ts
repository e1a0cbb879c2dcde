import { setTimeout as sleep } from "node:timers/promises";
import type { ScriptedImap } from "../../test/support/scripted-imap.ts";
import type { ScriptedSmtp } from "../../test/support/scripted-smtp.ts";
import { connectSmtp } from "../../test/support/smtp-client.ts";
import type { Desk, Ports } from "./desk-under-test.ts";
import { HELP, type Letter, hashOf, randomFiles, emptyLetter, writeLetter, writeReport } from "./letters.ts";
import { SALES } from "./sales-inbox.ts";

/** A reply that an agent wrote, until and after the desk said that it has it. */
export interface Reply {
  key: string;
  files: string[];
}

/** All that went into one desk. */
export interface Traffic {
  lane: string;
  /** Messages that the desk answered for with 250, or that stand in the mailbox. */
  letters: Letter[];
  replies: Reply[];
  /** Begun and never answered: to be sent again, as every mail server and client does. */
  unanswered: Map<string, () => Promise<boolean>>;
  written: number;
  /** So many of the messages that went out have come back, or were not replies. */
  returned: number;
  /** Where the desk listens now; null while it does not. */
  ports: Ports | null;
}

export function newTraffic(lane: string): Traffic {
  return { lane, letters: [], replies: [], unanswered: new Map(), written: 0, returned: 0, ports: null };
}

/** One letter in so many answers an earlier one. */
const ANSWERS = 4;

function nextLetter(traffic: Traffic, way: string, to: string): Letter {
  const key = nextKey(traffic, way);
  const earlier = traffic.written % ANSWERS === 0 ? traffic.letters.at(-1 - Math.floor(Math.random() * 20)) : undefined;
  const answered = earlier?.kind === "mail" && (way !== "imap" || earlier.to === HELP) ? earlier : undefined;
  return writeLetter(key, answered?.to ?? to, answered);
}

function nextKey(traffic: Traffic, way: string): string {
  traffic.written += 1;
  return `${traffic.lane}-${way}-${traffic.written}`;
}

/** A letter to each inbox in turn. */
export async function sendLetter(traffic: Traffic, protocol: "smtp" | "lmtp", turn: number): Promise<void> {
  await sendSure(traffic, protocol, nextLetter(traffic, protocol, turn % 2 === 0 ? SALES : HELP));
}

/** Puts a message into the mailbox that nothing can be made of. What comes by SMTP is never empty. */
export function postEmpty(traffic: Traffic, imap: ScriptedImap): void {
  imap.append("");
  traffic.letters.push(emptyLetter(nextKey(traffic, "empty"), imap.lastUid));
}

/** Says of the next reply that has arrived that it has not; waits for one, as long as the desk lives. */
export async function sendReport(traffic: Traffic, sink: ScriptedSmtp): Promise<void> {
  while (traffic.ports !== null) {
    const returned = sink.accepted[traffic.returned];
    if (returned === undefined) {
      await sleep(20);
      continue;
    }
    traffic.returned += 1;
    const [to = ""] = returned.to;
    const mailId = /^Message-ID:\s+(<\S+>)/im.exec(returned.raw)?.[1];
    if (!to.includes("-reply-") || mailId === undefined) continue;
    await sendSure(traffic, "smtp", writeReport(nextKey(traffic, "report"), { mailId, to }));
    return;
  }
}

/** Hands a letter over until the server has answered for it, whatever happens in between. */
async function sendSure(traffic: Traffic, protocol: "smtp" | "lmtp", letter: Letter): Promise<void> {
  const attempt = async (): Promise<boolean> => {
    const { ports } = traffic;
    if (ports === null) return false;
    const taken = await handOver(protocol === "smtp" ? ports.smtp_port : ports.lmtp_port, protocol, letter);
    if (taken) traffic.letters.push(letter);
    return taken;
  };
  await keepTrying(traffic, letter.key, attempt);
}

async function handOver(port: number, protocol: "smtp" | "lmtp", { from, to, raw }: Letter): Promise<boolean> {
  const client = await connectSmtp(port).catch(() => null);
  if (client === null) return false;
  try {
    await client.say(`${protocol === "smtp" ? "EHLO" : "LHLO"} client.example`);
    if (!(await client.say(`MAIL FROM:<${from}>`)).startsWith("250")) return false;
    if (!(await client.say(`RCPT TO:<${to}>`)).startsWith("250")) return false;
    return (await client.data(raw))[0]?.startsWith("250") === true;
  } finally {
    client.close();
  }
}

/** Puts a letter into the mailbox, for the desk to fetch. */
export function postLetter(traffic: Traffic, imap: ScriptedImap): void {
  const letter = nextLetter(traffic, "imap", HELP);
  imap.append(letter.raw);
  traffic.letters.push(letter);
}

/** Writes a reply, with attachments now and then, by the API and with an Idempotency-Key, as a careful client does. */
export async function writeReply(traffic: Traffic, desk: Desk): Promise<void> {
  traffic.written += 1;
  const key = `${traffic.lane}-reply-${traffic.written}`;
  const files = traffic.written % 2 === 0 ? [] : randomFiles();
  const ticket = desk.tickets[traffic.written % desk.tickets.length] ?? "";
  const attempt = async (): Promise<boolean> => {
    const ids: string[] = [];
    for (const [index, bytes] of files.entries()) {
      const body = { name: `file-${index}.bin`, type: "application/octet-stream", data: bytes.toString("base64") };
      const made = await post(desk, traffic.ports, "/attachments", body, `${key}-${index}`);
      if (made === null) return false;
      ids.push(made);
    }
    const body = {
      type: "reply",
      direction: "out",
      to: `${key}@customer.example`,
      body: `key=${key};`,
      user_id: desk.setUp.user.id,
      attachment_ids: ids,
    };
    const made = await post(desk, traffic.ports, `/tickets/${ticket}/messages`, body, key);
    if (made !== null) traffic.replies.push({ key, files: files.map(hashOf) });
    return made !== null;
  };
  await keepTrying(traffic, key, attempt);
}

/** The id of what was made; null when there was no answer, or none that says so. */
async function post(desk: Desk, ports: Ports | null, path: string, body: object, key: string): Promise<string | null> {
  if (ports === null) return null;
  try {
    const answer = await fetch(`${ports.listening}/api/v1${path}`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${desk.setUp.token}`,
        "Content-Type": "application/json",
        "Idempotency-Key": key,
      },
      body: JSON.stringify(body),
    });
    if (answer.status === 201) return ((await answer.json()) as { id: string }).id;
    if (answer.status === 409 || answer.status >= 500) return null;
    throw new Error(`POST ${path} was refused: ${answer.status} ${await answer.text()}`);
  } catch (error) {
    // The server was killed in the middle.
    if (error instanceof TypeError || (error instanceof Error && "code" in error)) return null;
    throw error;
  }
}

async function keepTrying(traffic: Traffic, key: string, attempt: () => Promise<boolean>): Promise<void> {
  traffic.unanswered.set(key, attempt);
  if (await attempt()) traffic.unanswered.delete(key);
}

/** So many clients send again at a time. */
const CLIENTS = 4;

/** Sends again what was not answered. Resolves whether all of it was now. */
export async function sendAgain(traffic: Traffic): Promise<boolean> {
  const { unanswered } = traffic;
  // As of now: what is begun meanwhile has an attempt of its own.
  const begun = [...unanswered];
  const send = async (): Promise<void> => {
    for (let next = begun.shift(); next !== undefined && traffic.ports !== null; next = begun.shift()) {
      const [key, attempt] = next;
      if (await attempt()) unanswered.delete(key);
      else await sleep(20);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, send));
  return unanswered.size === 0;
}
