import { describe, expect, test } from "vitest";
import { type ServerEvent, readEvents } from "../../web/src/api/sse.ts";

async function read(...pieces: string[]): Promise<ServerEvent[]> {
  const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of bytes) controller.enqueue(piece);
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

describe("the reader of server-sent events", () => {
  test("puts together what comes in pieces", async () => {
    const whole = 'event: change\nid: 7\ndata: {"items":\ndata: []}\n\n: still here\n\ndata: x\r\n\r\n';
    const expected = [
      { type: "change", id: "7", data: '{"items":\n[]}' },
      { type: "comment", id: null, data: "" },
      { type: "message", id: null, data: "x" },
    ];
    expect(await read(whole)).toEqual(expected);
    expect(await read(...whole.split(""))).toEqual(expected);
  });

  test("keeps letters whole that are cut in two", async () => {
    const bytes = new TextEncoder().encode("data: ü\n\n");
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.slice(0, 7));
        controller.enqueue(bytes.slice(7));
        controller.close();
      },
    });
    const events = [];
    for await (const event of readEvents(body)) events.push(event.data);
    expect(events).toEqual(["ü"]);
  });

  test("drops an event that was cut off: it comes again", async () => {
    expect(await read("data: a\n\nevent: change\nid: 8\ndata: {")).toEqual([{ type: "message", id: null, data: "a" }]);
  });
});
