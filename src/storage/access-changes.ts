let changes = 0;

/** Counts what this process has committed of who may do what: a revoked token, an account's limits. */
export function noteAccessChange(): void {
  changes += 1;
}

/** How many such changes there were; whoever keeps what it read keeps this beside it. */
export function accessChanges(): number {
  return changes;
}
