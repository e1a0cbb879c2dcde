import { breathe } from "../domain/breathe.ts";
import type { LastStep } from "./database.ts";

/** The steps that transactions leave for the end: see `Tx.lastly`. */
export class LastSteps {
  readonly #steps: LastStep[] = [];
  readonly #once = new Map<string, LastStep>();

  readonly add = (step: LastStep, once?: string): void => {
    if (once === undefined) this.#steps.push(step);
    else this.#once.set(once, step);
  };

  /** Those of a transaction that is committed together with others. */
  addAll(others: LastSteps): void {
    for (const step of others.#steps) this.#steps.push(step);
    for (const [name, step] of others.#once) this.#once.set(name, step);
  }

  async run(): Promise<void> {
    for (const step of [...this.#steps, ...this.#once.values()]) {
      await step();
      await breathe();
    }
  }
}
