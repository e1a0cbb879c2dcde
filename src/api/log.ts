/** Where the server tells what a client must not see. */
export interface Log {
  debug(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** Whether anybody reads the lines of a level; absent means yes. */
  isLevelEnabled?(level: string): boolean;
}
