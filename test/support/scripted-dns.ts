import { createSocket } from "node:dgram";
import { once } from "node:events";

/** What it knows: `"TXT example.com": ["v=spf1 -all"]`, `"MX example.com": ["10 mx.example.com"]`, `"A …": ["192.0.2.1"]`. */
export type Zone = Record<string, readonly string[]>;

export interface ScriptedDns {
  /** As CANTRIP_DNS_SERVERS takes it. */
  address: string;
  close(): void;
}

const TYPES: Record<number, string> = { 1: "A", 15: "MX", 16: "TXT", 28: "AAAA" };
const NAME_ERROR = 3;

/** A name server (RFC 1035) for what is in `zone`, over UDP; there is nothing by any other name. */
export async function startScriptedDns(zone: Zone): Promise<ScriptedDns> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => socket.send(answerTo(query, zone), port, address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  return { address: `127.0.0.1:${port}`, close: () => socket.close() };
}

function answerTo(query: Buffer, zone: Zone): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = query.readUInt16BE(at + 1);
  const question = query.subarray(12, at + 5);
  const values = zone[`${TYPES[type] ?? type} ${labels.join(".").toLowerCase()}`] ?? [];
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | (values.length === 0 ? NAME_ERROR : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(values.length, 6);
  return Buffer.concat([head, question, ...values.map((value) => record(type, value))]);
}

/** Its name points back to the question's (RFC 1035 4.1.4). */
function record(type: number, value: string): Buffer {
  const data = TYPES[type] === "TXT" ? textOf(value) : TYPES[type] === "MX" ? exchangeOf(value) : addressOf(value);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function textOf(value: string): Buffer {
  const pieces = value.match(/.{1,255}/gs) ?? [""];
  return Buffer.concat(pieces.flatMap((piece) => [Buffer.from([piece.length]), Buffer.from(piece, "latin1")]));
}

function exchangeOf(value: string): Buffer {
  const [priority = "10", host = ""] = value.split(" ");
  const labels = host.split(".").flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, "latin1")]);
  return Buffer.concat([Buffer.from([0, Number(priority)]), ...labels, Buffer.from([0])]);
}

function addressOf(value: string): Buffer {
  return Buffer.from(value.split(".").map(Number));
}
