interface Next<T> {
  work: () => Promise<T>;
  result: PromiseWithResolvers<T>;
}

/** Work that many ask for at the same moment and that is done once for all of them, by key. */
export class SharedRuns<T> {
  /** What runs, and what runs after it if somebody has asked for it meanwhile. */
  readonly #running = new Map<string, { next: Next<T> | null }>();

  /**
   * What a run of `work` gives that began after this was called, so that whoever has just changed something finds it: who asks
   * while one runs waits for the next, with all others who do, and of these the last one's `work` is run. Rejects as it does.
   */
  async ask(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running === undefined) return await this.#run(key, work);
    running.next ??= { work, result: Promise.withResolvers() };
    running.next.work = work;
    return await running.next.result.promise;
  }

  async #run(key: string, work: () => Promise<T>): Promise<T> {
    const running: { next: Next<T> | null } = { next: null };
    this.#running.set(key, running);
    try {
      return await work();
    } finally {
      this.#running.delete(key);
      const { next } = running;
      if (next !== null) this.#run(key, next.work).then(next.result.resolve, next.result.reject);
    }
  }
}
