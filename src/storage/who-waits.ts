import { AsyncLocalStorage } from "node:async_hooks";

/** Whether nobody waits for the answer any more: a browser that has gone on to something else closes its connection. */
type IsGone = () => boolean;

const asking = new AsyncLocalStorage<IsGone>();

/** In place of an answer that nobody waits for. */
export class NobodyWaits extends Error {
  override readonly name = "NobodyWaits";
}

/** Runs `work` for somebody. Of its reads, those that still wait for their turn on the reader thread once `isGone` are dropped. */
export async function readFor<T>(isGone: IsGone, work: () => Promise<T>): Promise<T> {
  return await asking.run(isGone, work);
}

/** For a read that begins to wait: how to find out later whether anybody does. */
export function whoWaits(): IsGone | undefined {
  return asking.getStore();
}
