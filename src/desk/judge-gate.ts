/** Lets so many pieces of work run at once, of so many bytes together; one that is larger than all of them runs alone. */
export interface Gate {
  run<T>(size: number, work: () => Promise<T>): Promise<T>;
}

export function openGate(most: number, bytes: number): Gate {
  const waiting: { size: number; go: () => void }[] = [];
  let running = 0;
  let held = 0;
  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (running === most || (running > 0 && held + next.size > bytes)) return;
      waiting.shift();
      running += 1;
      held += next.size;
      next.go();
    }
  };
  return {
    async run(size, work) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ size, go: resolve });
      admit();
      await promise;
      try {
        return await work();
      } finally {
        running -= 1;
        held -= size;
        admit();
      }
    },
  };
}
