/** What this process has done since it started, by kind and outcome. Only counted up; read by whoever shows it (/metrics). */
const tallies = new Map<string, Map<string, number>>();

/** The kinds of things that are counted where they happen, deep in the house. */
export type TallyName = "mail" | "job";

/** Counts one more; an outcome of several words has one for each label. For things that are committed: call it by `onCommit`. */
export function countUp(name: TallyName, outcome: string): void {
  const counts = tallies.get(name) ?? new Map<string, number>();
  tallies.set(name, counts);
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
}

/** The counts of one name so far, by outcome. */
export function tallyOf(name: TallyName): ReadonlyMap<string, number> {
  return tallies.get(name) ?? new Map<string, number>();
}
