import { MINUTE, now } from "../domain/time.ts";

/** What one client address may do. */
export interface ClientLimits {
  /** Open at the same time. */
  connections: number;
  /** New ones within a minute. */
  connectionsPerMinute: number;
  messagesPerMinute: number;
}

interface Client {
  open: number;
  /** Of the minute that began at `since`. */
  since: number;
  connections: number;
  messages: number;
}

/** Counts what each client address does, in windows of a minute. What it keeps is bounded by the clients of a minute. */
export class ConnectionLimits {
  readonly #limits: ClientLimits;
  readonly #clients = new Map<string, Client>();

  constructor(limits: ClientLimits) {
    this.#limits = limits;
  }

  /** Whether one more connection is allowed; it then counts until `close`. */
  open(address: string): boolean {
    const client = this.#client(address);
    if (client.open >= this.#limits.connections) return false;
    if (client.connections >= this.#limits.connectionsPerMinute) return false;
    client.open += 1;
    client.connections += 1;
    return true;
  }

  close(address: string): void {
    const client = this.#client(address);
    client.open = Math.max(0, client.open - 1);
  }

  /** Whether one more message is allowed; it then counts. */
  message(address: string): boolean {
    const client = this.#client(address);
    if (client.messages >= this.#limits.messagesPerMinute) return false;
    client.messages += 1;
    return true;
  }

  #client(address: string): Client {
    const at = now();
    let client = this.#clients.get(address);
    if (client === undefined) {
      this.#forgetOld(at);
      client = { open: 0, since: at, connections: 0, messages: 0 };
      this.#clients.set(address, client);
    }
    if (at - client.since >= MINUTE) Object.assign(client, { since: at, connections: 0, messages: 0 });
    return client;
  }

  #forgetOld(at: number): void {
    if (this.#clients.size < 10_000) return;
    for (const [address, { open, since }] of this.#clients) {
      if (open === 0 && at - since >= MINUTE) this.#clients.delete(address);
    }
  }
}
