import { setTimeout as sleep } from "node:timers/promises";
import { type ScriptedImap } from "../../test/support/scripted-imap.ts";
import { connectSmtp } from "../../test/support/smtp-client.ts";
import type { Desk, Ports } from "./desk-under-test.ts";
import { type Letter, hashOf, randomFiles, writeLetter } from "./letters.ts";

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
  /** Where the desk listens now; null while it does not. */
  ports: Ports | null;
}

export function newTraffic(lane: string): Traffic {
  return { lane, letters: [], replies: [], unanswered: new Map(), written: 0, ports: null };
}

/** One letter in so many answers an earlier one. */
const ANSWERS = 4;

function nextLetter(traffic: Traffic, way: string): Letter {
  traffic.written += 1;
  const earlier = traffic.written % ANSWERS === 0 ? traffic.letters.at(-1 - Math.floor(Math.random() * 20)) : undefined;
  return writeLetter(`${traffic.lane}-${way}-${traffic.written}`, earlier);
}

/** Hands a letter over until the server has answered for it, whatever happens in between. */
export async function sendLetter(traffic: Traffic, protocol: "smtp" | "lmtp"): Promise<void> {
  const letter = nextLetter(traffic, protocol);
  const attempt = async (): Promise<boolean> => {
    const { ports } = traffic;
    if (ports === null) return false;
    const taken = await handOver(protocol === "smtp" ? ports.smtp_port : ports.lmtp_port, protocol, letter);
    if (taken) traffic.letters.push(letter);
    return taken;
  };
  await keepTrying(traffic, letter.key, attempt);
}

async function handOver(port: number, protocol: "smtp" | "lmtp", { from, raw }: Letter): Promise<boolean> {
  const client = await connectSmtp(port).catch(() => null);
  if (client === null) return false;
  try {
    await client.say(`${protocol === "smtp" ? "EHLO" : "LHLO"} client.example`);
    if (!(await client.say(`MAIL FROM:<${from}>`)).startsWith("250")) return false;
    if (!(await client.say("RCPT TO:<help@desk.example>")).startsWith("250")) return false;
    return (await client.data(raw))[0]?.startsWith("250") === true;
  } finally {
    client.close();
  }
}

/** Puts a letter into the mailbox, for the desk to fetch. */
export function postLetter(traffic: Traffic, imap: ScriptedImap): void {
  const letter = nextLetter(traffic, "imap");
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
