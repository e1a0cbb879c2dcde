import type { CompiledQuery, KyselyPlugin } from "kysely";
import type { WriteQueries } from "./database.ts";
import type { Statement, Statements } from "./statements.ts";

/**
 * Refuses a transaction that names a second account (tests): on Citus its accounts may lie on two machines, and its commit would
 * have to span them. What names none (the list of help desks, the installation's own tables) counts for nothing, nor
 * does what `acrossAccounts` only looks for.
 */
export class OneAccount {
  readonly #seen = new Set<string>();

  /** The queries of the transaction, watched. */
  watch(query: WriteQueries & { withPlugin(plugin: KyselyPlugin): WriteQueries }): WriteQueries {
    return query.withPlugin({
      transformQuery: ({ node, queryId }) => {
        this.#see(query.getExecutor().compileQuery(node, queryId));
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    });
  }

  /** Its statements that were built before, watched. */
  watchStatements(statements: Statements): Statements {
    const see = ({ sql }: Statement, parameters: readonly unknown[]): void => this.#see({ sql, parameters });
    return {
      compiled: statements.compiled,
      all: async <R>(statement: Statement, values: readonly unknown[]) => {
        see(statement, values);
        return await statements.all<R>(statement, values);
      },
      first: async <R>(statement: Statement, values: readonly unknown[]) => {
        see(statement, values);
        return await statements.first<R>(statement, values);
      },
      change: async (statement, values) => {
        see(statement, values);
        return await statements.change(statement, values);
      },
    };
  }

  #see({ sql, parameters }: Pick<CompiledQuery, "sql" | "parameters">): void {
    for (const id of accountsIn(sql, parameters)) this.#seen.add(id);
    if (this.#seen.size > 1) {
      throw new Error(`a transaction touches several accounts: each needs one of its own. It came to: ${sql}`);
    }
  }
}

/** The accounts that a statement compares or inserts. */
export function accountsIn(sql: string, parameters: readonly unknown[]): string[] {
  const at = [...comparedIn(sql), ...insertedIn(sql)];
  return at.flatMap((place) => {
    const value = parameters[numberOf(sql, place)];
    return typeof value === "string" ? value : [];
  });
}

/** Where in the text the placeholders stand that `account_id` is compared with. */
function comparedIn(sql: string): number[] {
  return [...sql.matchAll(/\baccount_id"?\s*(?:=|in)\s*\(?(?=\?|\$\d)/g)].map(
    ({ index, 0: found }) => index + found.length,
  );
}

/** Where those stand that an insert gives it, one for each row. */
function insertedIn(sql: string): number[] {
  const [head, columns = ""] = /\binsert into "?\w+"?\s*\(([^)]*)\)\s*values\s*/.exec(sql) ?? [];
  const column = columns.split(",").findIndex((each) => each.trim().replaceAll('"', "") === "account_id");
  if (head === undefined || column < 0) return [];
  const from = sql.indexOf(head) + head.length;
  return [...sql.slice(from).matchAll(/\(((?:[^()]|\([^()]*\))*)\)(?=\s*(?:,|on\b|returning\b|$))/g)].flatMap((row) => {
    // A comma inside of a function's brackets parts no values.
    const values = (row[1] ?? "").replaceAll(/\([^()]*\)/g, (inner) => inner.replaceAll(",", ";"));
    const before = values.split(",").slice(0, column).join(",");
    const place = from + row.index + 1 + before.length + (column > 0 ? 1 : 0);
    const blank = /^\s*/.exec(sql.slice(place))?.[0].length ?? 0;
    return /^[?$]/.test(sql.slice(place + blank)) ? [place + blank] : [];
  });
}

/** Which parameter the placeholder at this place stands for. */
function numberOf(sql: string, place: number): number {
  const [, number] = /^\$(\d+)/.exec(sql.slice(place)) ?? [];
  return number === undefined ? sql.slice(0, place).split("?").length - 1 : Number(number) - 1;
}
