import { once } from "node:events";
import { type AddressInfo, type Socket, createServer } from "node:net";

/** Where in its dialogue a server is, by the command that it answers; `body` is the answer to the whole message. */
export type Stage = "greeting" | "EHLO" | "STARTTLS" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "body";

/**
 * What a server does in place of the usual: answers this line, hangs up, falls silent; or takes the message and hangs up
 * without saying so, or after half of it.
 */
export type Act = `${number} ${string}` | "drop" | "hang" | "take-and-drop" | "drop-half";

export interface Accepted {
  from: string;
  to: string[];
  raw: string;
}

export interface ScriptedSmtp {
  port: number;
  /** Every message it took, whether it could say so or not. */
  accepted: Accepted[];
  /** Every envelope whose message it let begin. */
  begun: Omit<Accepted, "raw">[];
  connections: number;
  /** Set anew for each test: what to do, else undefined; `argument` is what follows the command. */
  act: (stage: Stage, argument: string) => Act | undefined;
  close(): Promise<void>;
}

/** A mail server that does as it is told, command by command. */
export async function startScriptedSmtp(extensions: readonly string[] = []): Promise<ScriptedSmtp> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    self.connections += 1;
    serve(socket);
  });
  const self: ScriptedSmtp = {
    port: 0,
    accepted: [],
    begun: [],
    connections: 0,
    act: () => undefined,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };

  function serve(socket: Socket): void {
    let envelope: Omit<Accepted, "raw"> = { from: "", to: [] };
    let inBody = false;
    let buffered = "";
    const answer = (stage: Stage, argument: string, usual: string): void => {
      const act = self.act(stage, argument);
      if (act === "drop" || act === "take-and-drop" || act === "drop-half") socket.destroy();
      else if (act !== "hang") socket.write(`${act ?? usual}\r\n`);
      const taken = act === undefined ? true : act === "take-and-drop" || act.startsWith("2");
      if (stage === "DATA" && (act ?? usual).startsWith("3")) {
        inBody = true;
        self.begun.push(envelope);
      }
      if (stage === "RCPT" && taken) envelope.to.push(addressIn(argument));
      if (stage === "body" && taken) self.accepted.push({ ...envelope, raw: buffered });
      if (stage === "body") envelope = { from: "", to: [] };
    };
    const line = (text: string): void => {
      const [command, argument] = [text.slice(0, 4).toUpperCase(), text.slice(5)];
      if (command === "EHLO" || command === "HELO") {
        answer(
          "EHLO",
          argument,
          ["test.example", ...extensions]
            .map((each, index, all) => `250${index === all.length - 1 ? " " : "-"}${each}`)
            .join("\r\n"),
        );
      } else if (command === "STAR") answer("STARTTLS", argument, "502 not here");
      else if (command === "AUTH") answer("AUTH", argument, "235 welcome");
      else if (command === "MAIL") {
        envelope = { from: addressIn(argument), to: [] };
        answer("MAIL", argument, "250 sender ok");
      } else if (command === "RCPT") answer("RCPT", argument, "250 recipient ok");
      else if (command === "DATA") answer("DATA", argument, envelope.to.length > 0 ? "354 go on" : "554 to whom?");
      else if (command === "RSET") socket.write("250 reset\r\n");
      else if (command === "QUIT") socket.end("221 bye\r\n");
      else socket.write("500 what?\r\n");
    };
    answer("greeting", "", "220 test.example ready");
    let pending = "";
    /** Up to where `pending` was searched: a large body comes in thousands of pieces. */
    let searched = 0;
    const next = (): { text: string; rest: string } | null => {
      if (inBody && pending.startsWith(".\r\n")) return { text: "", rest: pending.slice(3) };
      const mark = inBody ? "\r\n.\r\n" : "\r\n";
      const end = pending.indexOf(mark, Math.max(0, searched - mark.length));
      searched = end === -1 ? pending.length : 0;
      return end === -1 ? null : { text: pending.slice(0, end), rest: pending.slice(end + mark.length) };
    };
    /** What came of a large body before its end: joined once, or every piece would copy all that came before. */
    let early: string[] = [];
    socket.on("data", (chunk) => {
      const piece = chunk.toString("latin1");
      if (inBody && self.act("body", "") === "drop-half") {
        // Reads no further, so that the rest cannot all have left, and is gone.
        socket.pause();
        setTimeout(() => socket.destroy(), 100);
        return;
      }
      if (inBody && piece.length > 100 && !piece.endsWith("\r\n.\r\n")) {
        early.push(piece);
        return;
      }
      pending = pending + early.join("") + piece;
      early = [];
      for (let found = next(); found !== null; found = next()) {
        pending = found.rest;
        if (inBody) {
          inBody = false;
          buffered = found.text.replaceAll(/^\.\./gm, ".");
          answer("body", "", "250 taken as 42");
        } else {
          line(found.text);
        }
      }
    });
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  self.port = (server.address() as AddressInfo).port;
  return self;
}

function addressIn(argument: string): string {
  return /<([^>]*)>/.exec(argument)?.[1] ?? "";
}
