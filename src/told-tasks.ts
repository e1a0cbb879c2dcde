import type { Logger } from "pino";
import type { JobKind, Task } from "./queue/queue.ts";

type Tasks = Partial<Record<JobKind, Task>>;

/** The same tasks. The log is told what becomes of each job, with the job's id in every line; what fails fails as before. */
export function toldTasks(tasks: Tasks, log: Logger): Tasks {
  const told = Object.entries(tasks).map(([kind, task]): [string, Task] => [
    kind,
    async (job) => {
      const started = performance.now();
      const facts = { job: job.id, kind, account: job.account_id, attempt: job.attempts };
      try {
        await task(job);
      } catch (error) {
        log.error({ ...facts, error }, "a job failed and is tried again");
        throw error;
      }
      log.debug({ ...facts, milliseconds: Math.round(performance.now() - started) }, "a job was done");
    },
  ]);
  return Object.fromEntries(told);
}
