import type { BenchAccount } from "../data/build-accounts.ts";
import type { DataSet } from "../data/data-set.ts";
import type { Served } from "../load/served.ts";

/** A server on the large data set. */
export interface Subject {
  server: Served;
  data: DataSet;
  tell: (line: string) => void;
}

/** The account that has three in four of all tickets. */
export function largestOf({ accounts }: DataSet): BenchAccount {
  const [first] = accounts;
  if (first === undefined) throw new Error("a data set has accounts");
  return first;
}

/** One of some ten thousand tickets, where there are a million. */
export function smallOf({ accounts }: DataSet): BenchAccount {
  return accounts[5] ?? largestOf({ accounts } as DataSet);
}

/** For what is written. */
export function writableOf({ accounts }: DataSet): BenchAccount {
  return accounts.at(-1) ?? largestOf({ accounts } as DataSet);
}
