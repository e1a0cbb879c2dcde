/** Called at each named step of work that must survive a crash; does nothing, but in crash tests. */
export type Reach = (step: string) => void;

/** Ends the process at one step, as a power failure would: nothing after it runs, no handler, no flush. */
export function failAt(step: string | null): Reach {
  return (reached) => {
    if (reached === step) process.kill(process.pid, "SIGKILL");
  };
}
