import { once } from "node:events";
import { type Socket, connect } from "node:net";

/** A client that speaks SMTP or LMTP line by line, and says what it was answered. */
export interface SmtpClient {
  socket: Socket;
  /** Sends a line and returns the last line of the answer. */
  say(line: string): Promise<string>;
  /** Sends a message after 354, and returns as many answers as asked for. */
  data(message: string, answers?: number): Promise<string[]>;
  close(): void;
}

export async function connectSmtp(port: number): Promise<SmtpClient> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  let text = "";
  const waiting: ((line: string) => void)[] = [];
  const lines: string[] = [];
  const give = (line: string): void => {
    const taker = waiting.shift();
    if (taker === undefined) lines.push(line);
    else taker(line);
  };
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    for (let end = text.indexOf("\r\n"); end !== -1; end = text.indexOf("\r\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (/^\d{3}( |$)/.test(line)) give(line);
    }
  });
  socket.on("close", () => {
    for (const each of waiting.splice(0)) each("closed");
  });
  const next = async (): Promise<string> =>
    lines.shift() ?? (socket.destroyed ? "closed" : await new Promise((resolve) => waiting.push(resolve)));
  await once(socket, "connect");
  const client: SmtpClient = {
    socket,
    say: async (line) => {
      socket.write(`${line}\r\n`);
      return await next();
    },
    data: async (message, answers = 1) => {
      const go = await client.say("DATA");
      if (!go.startsWith("354")) return [go];
      socket.write(`${message.replaceAll(/^\./gm, "..")}\r\n.\r\n`);
      const got: string[] = [];
      for (let each = 0; each < answers; each += 1) got.push(await next());
      return got;
    },
    close: () => socket.destroy(),
  };
  const greeting = await next();
  if (!greeting.startsWith("220")) lines.push(greeting);
  return client;
}
