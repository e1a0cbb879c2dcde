/**
 * Random numbers that a seed decides: sfc32, the "small fast counter" generator of Chris Doty-Humphrey's PractRand
 * (pracrand.sourceforge.net, public domain). Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Each path of numbers, such as (seed, stream, index), begins a series of its own. */
  constructor(...path: readonly number[]) {
    let state = 0;
    for (const part of path) state = mix(mix(state + (part >>> 0)) ^ Math.floor(part / 2 ** 32));
    this.#a = state;
    this.#b = mix(state + 0x9e3779b9);
    this.#c = mix(state ^ 0x85ebca6b);
    // The author's own seeding throws the first rounds away.
    for (let round = 0; round < 12; round += 1) this.#draw();
  }

  /** At least 0 and below 1. */
  next(): number {
    return this.#draw() / 2 ** 32;
  }

  /** A whole number, at least 0 and below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error("there is nothing to pick from");
    return choice;
  }

  /** The position of one of the weights, each as likely as it is heavy. */
  pickWeight(weights: readonly number[]): number {
    let left = this.next() * weights.reduce((sum, weight) => sum + weight, 0);
    for (const [index, weight] of weights.entries()) {
      left -= weight;
      if (left < 0) return index;
    }
    return weights.length - 1;
  }

  /** A length of time around `mean`, mostly shorter and sometimes much longer. */
  wait(mean: number): number {
    return Math.round(-Math.log(1 - this.next()) * mean) + 1;
  }

  #draw(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** The finalizer of MurmurHash3 (Austin Appleby, public domain): neighbouring numbers end far apart. */
export function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
