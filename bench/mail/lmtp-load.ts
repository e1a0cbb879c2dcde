import { once } from "node:events";
import { connect } from "node:net";

const ENVELOPE = "MAIL FROM:<customer@mail.example>\r\nRCPT TO:<help@desk.example>\r\nDATA\r\n";

/** Letters as they are sent: lines that begin with a dot have one more (RFC 5321 4.5.2), and an end. */
export function asSent(letters: readonly Buffer[]): Buffer[] {
  return letters.map((raw) => {
    const text = raw.toString("latin1").replaceAll(/^\./gm, "..");
    return Buffer.from(`${text}${text.endsWith("\r\n") ? "" : "\r\n"}.\r\n`, "latin1");
  });
}

/**
 * Hands letters over by LMTP (RFC 2033) on so many connections, as a mail server does that has many waiting: the commands of the
 * next message go out with the end of the last (RFC 2920). Resolves when each was answered for; rejects at the first refusal.
 */
export async function handOver(port: number, sent: readonly Buffer[], connections: number): Promise<void> {
  const waiting = sent.values();
  await Promise.all(Array.from({ length: connections }, async () => await bring(port, waiting)));
}

async function bring(port: number, waiting: Iterator<Buffer>): Promise<void> {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  await once(socket, "connect");
  const lines = linesOf(socket);
  const expect = async (code: string): Promise<void> => {
    const { value: line = "the connection ended" } = await lines.next();
    if (!line.startsWith(code)) throw new Error(`expected ${code}, not: ${line}`);
  };
  try {
    await expect("220 ");
    socket.write("LHLO bench.example\r\n");
    await expect("250 ");
    socket.write(ENVELOPE);
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      await expect("250 ");
      await expect("250 ");
      await expect("354 ");
      socket.write(Buffer.concat([next.value, Buffer.from(ENVELOPE)]));
      await expect("250 ");
    }
  } finally {
    socket.destroy();
  }
}

/** The last line of each answer. */
async function* linesOf(socket: AsyncIterable<Buffer>): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const chunk of socket) {
    const lines = (rest + chunk.toString("latin1")).split("\r\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line[3] !== "-") yield line;
  }
  return undefined;
}
