import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";

export interface TcpProxy {
  port: number;
  /** Whether each of the servers behind it was ready when last asked, in their order. */
  ready(): boolean[];
  close(): Promise<void>;
}

/** Between two questions to a server whether it is ready, in milliseconds. */
const ASK_EVERY = 100;

/**
 * A load balancer as small as can be: it passes each connection, byte for byte, to the next server behind it that says on
 * /readyz that it is ready, and never tries a request a second time.
 */
export async function startTcpProxy(ports: readonly number[]): Promise<TcpProxy> {
  const ready = ports.map(() => false);
  const sockets = new Set<Socket>();
  let turn = 0;
  const follow = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      other.end();
    });
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const places = ports.map((_, index) => (turn + index) % ports.length);
    turn += 1;
    const place = places.find((each) => ready[each] === true);
    if (place === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect({ port: ports[place] ?? 0, host: "127.0.0.1", allowHalfOpen: true });
    follow(client, upstream);
    follow(upstream, client);
    client.pipe(upstream);
    upstream.pipe(client);
  });
  const ask = async (): Promise<void> => {
    await Promise.all(ports.map(async (port, index) => (ready[index] = await isReady(port))));
  };
  await ask();
  const timer = setInterval(() => void ask(), ASK_EVERY);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    ready: () => [...ready],
    close: async () => {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function isReady(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { Connection: "close" } }).then(
    ({ ok }) => ok,
    () => false,
  );
}
