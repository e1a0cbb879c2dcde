import type { ServerResponse } from "node:http";

/** What may wait for a reader, in bytes; who is further behind is cut off, and resumes where it was. */
const BEHIND_LIMIT = 1024 * 1024;

/**
 * One response of `text/event-stream` (HTML 9.2). Writing never waits: who does not read is cut off. No text of an event
 * holds a line break, since it is JSON.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #behindLimit: number;

  constructor(response: ServerResponse, behindLimit = BEHIND_LIMIT) {
    this.#response = response;
    this.#behindLimit = behindLimit;
  }

  /** Sends the headers. `retry` is how long the reader waits before it comes back, in milliseconds. */
  begin(retry: number): void {
    this.#response.writeHead(200, {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store, no-transform",
      // A reverse proxy must not collect what is to arrive now.
      "X-Accel-Buffering": "no",
      "X-Content-Type-Options": "nosniff",
    });
    this.#write(`retry: ${retry}\n\n`);
  }

  /** `id` is where the reader resumes after this event. */
  send(event: string, data: object, id: string | null): void {
    this.#write(`${id === null ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Keeps the connection alive, and moves the reader's place on: an id without data is no event. */
  beat(id: string | null): void {
    this.#write(id === null ? ":\n\n" : `:\nid: ${id}\n\n`);
  }

  get isOver(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  end(): void {
    if (!this.isOver) this.#response.end();
  }

  #write(text: string): void {
    if (this.isOver) return;
    this.#response.write(text);
    if (this.#response.writableLength > this.#behindLimit) this.#response.destroy();
  }
}
