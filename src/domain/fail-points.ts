/** Called at each named step of work that must survive a crash; does nothing, but in crash tests. */
export type Reach = (step: Step) => void;

/**
 * The steps of taking a message in, in their order. The ledger's row commits between `recording` and `recorded`; what becomes
 * of it between `settling` and `settled`: a report's note, or an acknowledgement with its delivery, among it. What cannot be
 * made into anything commits between `quarantining` and `quarantined`.
 */
export const RECEIVE_STEPS = [
  "receive.bytes-put",
  "receive.recording",
  "receive.recorded",
  "receive.answering",
  "receive.read",
  "receive.parsed",
  "receive.attachments-put",
  "receive.bounced",
  "receive.acknowledged",
  "receive.settling",
  "receive.settled",
  "receive.quarantining",
  "receive.quarantined",
] as const;

/** The steps of fetching a mailbox besides those of each message. */
export const FETCH_STEPS = ["fetch.opened", "fetch.taking", "fetch.taken", "fetch.telling", "fetch.told"] as const;

/** The steps of sending a reply, in their order. From `handed-over` to `answered` nobody can know whether it arrived. */
export const DELIVER_STEPS = [
  "deliver.claimed",
  "deliver.sending",
  "deliver.handing-over",
  "deliver.handed-over",
  "deliver.answered",
  "deliver.finished",
] as const;

/** The steps of telling a user by mail, in their order. The job is gone between `handing-over` and `handed-over`. */
export const NOTIFY_STEPS = [
  "notify.claimed",
  "notify.sending",
  "notify.handing-over",
  "notify.handed-over",
  "notify.answered",
] as const;

export type Step = (typeof RECEIVE_STEPS | typeof FETCH_STEPS | typeof DELIVER_STEPS | typeof NOTIFY_STEPS)[number];

/**
 * Ends the process at one step, as a power failure would: nothing after it runs, no handler, no flush. `name:3` is the
 * third time that the step is reached.
 */
export function failAt(failPoint: string | null): Reach {
  const [step, times = "1"] = failPoint?.split(":") ?? [];
  let left = Number(times);
  return (reached) => {
    if (reached !== step) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, "SIGKILL");
  };
}
