import { once } from "node:events";
import { type AddressInfo, type Socket, createServer } from "node:net";

/** What a scripted server does in place of what it should when a message's text is asked for. */
export type Fault = (message: {
  uid: number;
  raw: Buffer;
  socket: Socket;
  server: ScriptedImap;
}) => "handled" | "honest";

/** An IMAP server that does as little as a client needs, and what a test tells it to do wrong. */
export interface ScriptedImap {
  port: number;
  uidValidity: number;
  messages: Map<number, Buffer>;
  /** Asked for every text; honest when absent. */
  fault: Fault | null;
  /** Ends a connection before its greeting. */
  down: boolean;
  /** Never greets. */
  silent: boolean;
  /** The command lines, without their tags. */
  said: string[];
  /** Of those still in the folder, the ones flagged \Seen. */
  seen: Set<number>;
  /** The highest UID of those that `append` gave. */
  lastUid: number;
  /** Moved to another folder. */
  moved: Buffer[];
  /** Puts a message behind the others, whatever was moved away, and tells everyone who waits. */
  append(raw: string | Buffer): void;
  /** Tells everyone who waits that a message came. */
  announce(): void;
  close(): Promise<void>;
}

export async function startScriptedImap(
  bodies: readonly (string | Buffer)[],
  capabilities = "IMAP4rev1",
): Promise<ScriptedImap> {
  const sockets = new Set<Socket>();
  const net = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    if (scripted.silent) return;
    if (scripted.down) {
      socket.destroy();
      return;
    }
    socket.write(`* OK [CAPABILITY ${capabilities}] ready\r\n`);
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\r\n"); end !== -1; end = text.indexOf("\r\n")) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (!socket.destroyed) answer(scripted, socket, line, capabilities);
      }
    });
  });
  net.listen(0, "127.0.0.1");
  await once(net, "listening");
  const scripted: ScriptedImap = {
    port: (net.address() as AddressInfo).port,
    uidValidity: 7,
    messages: new Map(bodies.map((body, index) => [index + 1, Buffer.from(body)])),
    fault: null,
    down: false,
    silent: false,
    said: [],
    seen: new Set(),
    lastUid: 0,
    moved: [],
    append: (raw) => {
      scripted.lastUid = Math.max(scripted.lastUid, ...scripted.messages.keys()) + 1;
      scripted.messages.set(scripted.lastUid, Buffer.from(raw));
      scripted.announce();
    },
    announce: () => {
      for (const socket of sockets) socket.write(`* ${scripted.messages.size} EXISTS\r\n`);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      net.close();
      await once(net, "close");
    },
  };
  return scripted;
}

let idleTag = "";

function answer(server: ScriptedImap, socket: Socket, line: string, capabilities: string): void {
  const [tag = "", first = "", ...rest] = line.split(" ");
  const command = first.toUpperCase();
  server.said.push([first, ...rest].join(" "));
  const done = (text = "OK done"): void => void socket.write(`${tag} ${text}\r\n`);
  if (tag === "DONE") {
    socket.write(`${idleTag} OK done\r\n`);
    return;
  }
  if (command === "UID") return answerUid(server, socket, tag, rest);
  if (command === "CAPABILITY") socket.write(`* CAPABILITY ${capabilities}\r\n`);
  if (command === "NAMESPACE") return done("BAD unknown");
  if (command === "LIST" || command === "LSUB") socket.write(`* LIST (\\HasNoChildren) "/" INBOX\r\n`);
  if (command === "SELECT" || command === "EXAMINE") {
    const next = Math.max(server.lastUid, ...server.messages.keys()) + 1;
    socket.write(
      `* FLAGS (\\Seen)\r\n* ${server.messages.size} EXISTS\r\n* 0 RECENT\r\n` +
        `* OK [UIDVALIDITY ${server.uidValidity}] ok\r\n* OK [UIDNEXT ${next}] ok\r\n`,
    );
    return done(command === "EXAMINE" ? "OK [READ-ONLY] done" : "OK [READ-WRITE] done");
  }
  if (command === "IDLE") {
    idleTag = tag;
    socket.write("+ idling\r\n");
    return;
  }
  if (command === "LOGOUT") socket.write("* BYE\r\n");
  done();
}

function answerUid(server: ScriptedImap, socket: Socket, tag: string, [command = "", ...rest]: string[]): void {
  const uids = uidsOf(server);
  const range = rest.find((part) => /^[\d:,*]+$/.test(part)) ?? "";
  const asked = uidsIn(server, range, uids);
  if (command.toUpperCase() === "STORE") for (const uid of asked) server.seen.add(uid);
  if (command.toUpperCase() === "MOVE") moveAway(server, socket, asked, uids);
  if (["STORE", "MOVE"].includes(command.toUpperCase())) {
    socket.write(`${tag} OK done\r\n`);
    return;
  }
  if (command.toUpperCase() === "SEARCH") {
    socket.write(`* SEARCH${asked.map((uid) => ` ${uid}`).join("")}\r\n${tag} OK done\r\n`);
    return;
  }
  const wantsText = rest.join(" ").includes("BODY.PEEK[]");
  for (const uid of asked) {
    const raw = server.messages.get(uid);
    if (raw === undefined || socket.destroyed) continue;
    const number = positionOf(uid, uids) + 1;
    if (!wantsText) {
      socket.write(`* ${number} FETCH (UID ${uid} RFC822.SIZE ${raw.byteLength})\r\n`);
      continue;
    }
    if (server.fault?.({ uid, raw, socket, server }) === "handled") continue;
    sendText(socket, number, uid, raw);
  }
  if (!socket.destroyed) socket.write(`${tag} OK done\r\n`);
}

/** RFC 6851: each leaves with an EXPUNGE under the number that it has by then. */
function moveAway(server: ScriptedImap, socket: Socket, asked: readonly number[], uids: readonly number[]): void {
  for (const uid of asked.toReversed()) {
    const raw = server.messages.get(uid);
    if (raw === undefined) continue;
    server.moved.push(raw);
    server.messages.delete(uid);
    socket.write(`* ${uids.indexOf(uid) + 1} EXPUNGE\r\n`);
  }
}

/** A message's text, under a length that may be a lie. */
export function sendText(socket: Socket, number: number, uid: number, raw: Buffer, length = raw.byteLength): void {
  socket.write(`* ${number} FETCH (UID ${uid} BODY[] {${length}}\r\n`);
  socket.write(raw);
  socket.write(")\r\n");
}

const sorted = new WeakMap<Map<number, Buffer>, number[]>();

/** Sorted anew only when there are others: a mailbox of 100,000 messages is asked thousands of times. */
function uidsOf({ messages }: ScriptedImap): number[] {
  const known = sorted.get(messages);
  if (known?.length === messages.size && known.every((uid) => messages.has(uid))) return known;
  const uids = [...messages.keys()].toSorted((a, b) => a - b);
  sorted.set(messages, uids);
  return uids;
}

/** A list is looked up one by one; only a range goes through all. */
function uidsIn({ messages }: ScriptedImap, range: string, uids: number[]): number[] {
  if (/^[\d,]+$/.test(range)) {
    const listed = range.split(",").map(Number);
    return listed.filter((uid) => messages.has(uid));
  }
  return uids.filter((uid) => isIn(uid, range, uids.at(-1) ?? 0));
}

function positionOf(uid: number, uids: readonly number[]): number {
  let [from, to] = [0, uids.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((uids[middle] ?? 0) < uid) from = middle + 1;
    else to = middle;
  }
  return from;
}

function isIn(uid: number, range: string, last: number): boolean {
  return range.split(",").some((part) => {
    const [from = 0, to = from] = part.split(":").map((end) => (end === "*" ? last : Number(end)));
    return uid >= Math.min(from, to) && uid <= Math.max(from, to);
  });
}
