/** Checks a version against what the caller has seen (B3); throws `Conflict` when it moved on. */
export type Precondition = (version: number) => void;

/** No condition: the caller takes it as it is. */
export const ANY_VERSION: Precondition = () => undefined;
