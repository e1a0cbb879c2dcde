import { composeId } from "../domain/ids.ts";
import { mix } from "./demo-random.ts";

/** Gives ids that grow with time and are the same for the same seed. */
export class DemoIds {
  readonly #high: number;
  #low = 0;

  constructor(seed: number) {
    this.#high = (mix(seed + 1) & 0x7fff) * 2 ** 32;
  }

  /** The `n`-th id asked for is always the same, for the same moment. */
  at(milliseconds: number): string {
    this.#low += 1;
    return composeId(milliseconds, this.#high + this.#low);
  }
}
