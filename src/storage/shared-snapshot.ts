import type { DatabaseSync, StatementSync } from "node:sqlite";

/**
 * What the reading connection sees is fixed from the first read of a turn of the event loop to the end of that turn: taking
 * and giving back the lock takes longer than to find a row by its key (measured: 3 of 5 microseconds). It ends before a commit of
 * this process, which whoever reads next then sees; a commit of another process is seen in the next turn, which is the one in
 * which anybody who knows of it can ask.
 */
export class SharedSnapshot {
  readonly #database: DatabaseSync;
  readonly #version: StatementSync;
  #open = false;
  #mark: number | null = null;
  readonly #end = (): void => this.end();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#version = database.prepare("pragma data_version");
  }

  /** To be called before a statement. */
  share(): void {
    if (this.#open) return;
    this.#database.exec("begin");
    this.#open = true;
    setImmediate(this.#end);
  }

  /** A number that another commit, whoever's, changes; compared with another of this connection, for equality. */
  mark(): number {
    this.share();
    this.#mark ??= (this.#version.get() as { data_version: number }).data_version;
    return this.#mark;
  }

  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#mark = null;
    this.#database.exec("commit");
  }
}
