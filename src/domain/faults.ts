import { Invalid } from "./errors.ts";

/**
 * Collects every fault of one request, so that a 422 lists them all at once (R10): those of the body's shape
 * and those that only the database knows (an unknown id, a contact that is taken).
 */
export class Faults {
  readonly #messages: string[] = [];
  readonly #fields = new Set<string>();
  #whole = false;

  /** Adds a fault: a sentence that starts with its field. A field is named once: what is wrong with its form comes first. */
  add(message: string): void {
    const [field = ""] = message.split(" ", 1);
    if (this.#whole || this.#fields.has(field)) return;
    this.#fields.add(field);
    this.#messages.push(message);
  }

  /** Adds a fault of the whole body, which leaves nothing in it to judge: what comes later is not added. */
  addWhole(message: string): void {
    this.add(message);
    this.#whole = true;
  }

  /** Whether something is wrong with this field already. */
  names(field: string): boolean {
    return this.#fields.has(field);
  }

  get empty(): boolean {
    return this.#messages.length === 0;
  }

  throwIfAny(): void {
    if (!this.empty) throw new Invalid(this.#messages);
  }
}
