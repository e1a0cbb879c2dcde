import { processPendingMessages } from "../desk/process-pending.ts";
import type { Stores } from "../desk/receive-message.ts";
import { SECOND } from "../domain/time.ts";

/** How often what was left behind is looked for: a read of an index that is empty as a rule. */
const POLL = 5 * SECOND;

/** Whoever stores a message processes it, at the latest in this time; what is pending for longer was left behind. */
const LEFT_BEHIND = 20 * SECOND;

/**
 * Takes up mail that is pending because its process ended, or the storage failed: of this process's last life at once, of
 * another process within half a minute, until stopped.
 */
export function startPendingMail(
  stores: Stores,
  onError: (error: unknown) => void,
  { poll = POLL, age = LEFT_BEHIND }: { poll?: number; age?: number } = {},
): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const round = async (than: number): Promise<void> => {
    await processPendingMessages(stores, than).catch(onError);
    if (!stopped) timer = setTimeout(begin, poll, age).unref();
  };
  const begin = (than: number): void => {
    running = round(than);
  };
  begin(0);
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
