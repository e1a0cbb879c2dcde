import { once } from "node:events";
import { type Socket, connect, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { TrialStep, TrialStepName } from "../domain/mail-trial.ts";
import { SECOND } from "../domain/time.ts";
import { type HostPolicy, resolveSafely } from "./host-guard.ts";
import { wordsOf } from "./smtp-result.ts";
import { plainTlsWords } from "./tls-words.ts";
import { failed, hostTrouble, passed } from "./try-server.ts";

export interface ImapPort {
  host: string;
  port: number;
  security: "tls" | "starttls" | "none";
  /** A certificate authority to trust in place of the known ones (tests). */
  ca?: string;
}

const PATIENCE = 10 * SECOND;
const LONGEST_LINE = 8192;

/** Connects to an IMAP server, encrypted as asked, and leaves: nobody signs in. Never rejects. */
export async function tryImapPort(server: ImapPort, policy: HostPolicy): Promise<TrialStep[]> {
  let address: string;
  try {
    ({ address } = await resolveSafely(server.host, policy));
  } catch (error) {
    return [{ name: "dns", ok: false, message: hostTrouble(error) }];
  }
  const dns: TrialStep = { name: "dns", ok: true, message: `${server.host} is ${address}` };
  const tried = { ...server, signsIn: false };
  const sockets: Socket[] = [];
  const late = setTimeout(() => sockets.forEach((each) => each.destroy(new Error("it does not answer"))), PATIENCE);
  let at: TrialStepName = "connect";
  try {
    const plain = connect({ host: address, port: server.port });
    sockets.push(plain);
    await once(plain, "connect");
    if (server.security === "starttls") await askForTls(plain);
    if (server.security !== "none") {
      at = "tls";
      const servername = isIP(server.host) === 0 ? { servername: server.host } : { host: server.host };
      const ca = server.ca === undefined ? {} : { ca: [server.ca] };
      const safe = connectTls({ socket: plain, minVersion: "TLSv1.2", ...servername, ...ca });
      sockets.push(safe);
      await once(safe, "secureConnect");
    }
    if (server.security !== "starttls") await lineOf(sockets.at(-1) ?? plain, /^\* (OK|PREAUTH)\b/i);
    return [dns, ...passed(tried).filter(({ name }) => name !== "sign_in")];
  } catch (error) {
    return [dns, ...failed(tried, at, textOf(error))];
  } finally {
    clearTimeout(late);
    for (const each of sockets.toReversed()) each.destroy();
  }
}

/** RFC 9051 6.2.1. */
async function askForTls(socket: Socket): Promise<void> {
  await lineOf(socket, /^\* (OK|PREAUTH)\b/i);
  socket.write("a1 STARTTLS\r\n");
  await lineOf(socket, /^a1 OK\b/i, /^\* /);
}

/** Waits for a line, past those that are `passed` over. */
async function lineOf(socket: Socket, wanted: RegExp, passedOver?: RegExp): Promise<void> {
  let text = "";
  for (;;) {
    const end = text.indexOf("\r\n");
    if (end >= 0) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (wanted.test(line)) return;
      if (passedOver?.test(line) !== true) throw new Error(`the server says: ${line}`);
      continue;
    }
    if (text.length > LONGEST_LINE) throw new Error("the server does not speak IMAP");
    const closed = new AbortController();
    const ended = once(socket, "close", { signal: closed.signal }).then(() => {
      throw new Error("the server closed the connection");
    });
    ended.catch(() => undefined);
    const [chunk] = (await Promise.race([once(socket, "data", { signal: closed.signal }), ended])) as [Buffer];
    closed.abort();
    text += chunk.toString("latin1");
  }
}

function textOf(error: unknown): string {
  const { message = String(error), code } = error as { message?: string; code?: string };
  return wordsOf(plainTlsWords(message === "" ? (code ?? "it cannot be reached") : message)).slice(0, 300);
}
