/** The writes of a transaction for which its work does not wait: see `Tx.leave`. */
export class LeftWrites {
  readonly #writes: Promise<unknown>[] = [];

  readonly add = (write: Promise<unknown>): void => {
    // Whoever asks `done` hears of it; until then its failure is nobody's.
    write.catch(() => undefined);
    this.#writes.push(write);
  };

  /** Rejects as the first of them that failed. */
  async done(): Promise<void> {
    await Promise.all(this.#writes);
  }
}
