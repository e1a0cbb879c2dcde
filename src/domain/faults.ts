import { Invalid } from "./errors.ts";

/**
 * Collects every fault of one request, so that a 422 lists them all at once (R10): those of the body's shape
 * and those that only the database knows (an unknown id, a contact that is taken).
 */
export class Faults {
  readonly #messages: string[] = [];

  add(message: string): void {
    if (!this.#messages.includes(message)) this.#messages.push(message);
  }

  get empty(): boolean {
    return this.#messages.length === 0;
  }

  throwIfAny(): void {
    if (!this.empty) throw new Invalid(this.#messages);
  }
}
