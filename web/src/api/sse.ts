export interface ServerEvent {
  type: string;
  data: string;
  /** The cursor after this event; null when it has none. */
  id: string | null;
}

/**
 * Reads server-sent events (HTML Living Standard 9.2.6). The browser's own reader sends no headers of ours. A comment, which
 * keeps the connection alive, comes as an event of type `comment`.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let rest = "";
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- the stream comes piece by piece
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) yield parseEvent(block);
  }
}

export function parseEvent(block: string): ServerEvent {
  const event: ServerEvent = { type: "comment", data: "", id: null };
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name = "", value = ""] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (name === "event") event.type = value;
    if (name === "id") event.id = value;
    if (name === "data") data.push(value);
  }
  event.data = data.join("\n");
  if (event.type === "comment" && data.length > 0) event.type = "message";
  return event;
}
