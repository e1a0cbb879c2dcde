import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";

/** The network in front of one port of this machine, which a test can cut. */
export interface Wire {
  port: number;
  /** From now on nothing passes, on old connections and new ones, and nobody is told: a cable that was pulled. */
  cut(): void;
  /** Nothing passes any more on the connections there are, and nobody is told; new ones are well: a router that forgot them. */
  strand(): void;
  /** Ends all connections and refuses new ones: a server that is gone. */
  refuse(): void;
  /** New connections pass again, and what waited. */
  mend(): void;
  close(): Promise<void>;
}

export async function layWire(target: number): Promise<Wire> {
  let state: "whole" | "cut" | "refusing" = "whole";
  const sockets = new Set<Socket>();
  const follow = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
    socket.on("data", (chunk) => {
      other.write(chunk);
      if (state === "cut") socket.pause();
    });
    if (state === "cut") socket.pause();
  };
  const server = createServer((client) => {
    if (state === "refusing") {
      client.destroy();
      return;
    }
    const upstream = connect(target, "127.0.0.1");
    follow(client, upstream);
    follow(upstream, client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      state = "cut";
      for (const socket of sockets) socket.pause();
    },
    strand: () => {
      for (const socket of sockets) socket.pause();
    },
    refuse: () => {
      state = "refusing";
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      state = "whole";
      for (const socket of sockets) socket.resume();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
