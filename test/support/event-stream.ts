import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from "node:http";
import type { TestServer } from "./test-api.ts";

/** One event as it came. */
export interface StreamEvent {
  event: string;
  id: string | undefined;
  // oxlint-disable-next-line no-explicit-any -- tests look into it and say what they expect
  data: any;
}

export interface OpenStream {
  status: number;
  headers: IncomingHttpHeaders;
  /** Everything so far. */
  events: StreamEvent[];
  /** The last id that came, with an event or without. */
  lastId(): string | undefined;
  /** Resolves with the first event that fits, of those that came and come; rejects after ten seconds. */
  until(fits: (event: StreamEvent) => boolean): Promise<StreamEvent>;
  /** Resolves when the server has ended it; rejects after ten seconds. */
  ended(): Promise<void>;
  close(): void;
}

/** Opens `GET /stream` and reads it as a browser does. */
export async function openStream(
  server: TestServer,
  headers: Record<string, string>,
  path = "/api/v1/stream",
): Promise<OpenStream> {
  const request = httpRequest(server.url, { path, headers });
  request.on("error", () => undefined);
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.on("error", () => undefined);
  const events: StreamEvent[] = [];
  let lastId: string | undefined;
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = new Map(block.split("\n").map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
      lastId = fields.get("id") ?? lastId;
      const data = fields.get("data");
      if (data === undefined) continue;
      events.push({ event: fields.get("event") ?? "", id: fields.get("id"), data: JSON.parse(data) });
    }
  });
  const wait = async (done: () => boolean, what: string): Promise<void> => {
    for (const end = performance.now() + 10_000; !done();) {
      if (performance.now() > end) throw new Error(`${what}; there were ${JSON.stringify(events)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    lastId: () => lastId,
    until: async (fits) => {
      await wait(() => events.some(fits), "no such event came");
      return events.find(fits) ?? { event: "", id: undefined, data: null };
    },
    ended: async () => await wait(() => response.closed || response.readableEnded, "the stream goes on"),
    close: () => request.destroy(),
  };
}
