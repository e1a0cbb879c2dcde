import type { CompiledQuery } from "kysely";
import type { Engine, ReadQueries, Reader, Tx, WriteQueries } from "./database.ts";
import { type Statement, makeStatement } from "./statements.ts";

/**
 * Queries that are built once. Kysely makes a tree and then a text of every query, which costs several times what SQLite needs
 * to answer it (measured: 85 against 30 microseconds for a ticket). Here that happens at the first run; each later one binds
 * its values to the text that was kept:
 *
 *     const byId = prepared((db, { accountId, id }: { accountId: string; id: string }) =>
 *       db.selectFrom("tickets").selectAll().where("account_id", "=", accountId).where("id", "=", id),
 *     );
 *     const ticket = await byId.first(reader, { accountId, id });
 *
 * While it is built, the parameters hold places for values in place of values: a query may put them anywhere where a value
 * goes, and must not look at them. A list (`in`) has a text for each power of two, and its last value stands for those that are
 * missing; a long one is a single value on PostgreSQL. Spread or given whole, as the row of an `insert` is, an object has a text
 * for each set of its columns; a list of rows one for each number of them. What else a query depends on has to make two queries of it.
 */
export function prepared<P extends object, O>(build: BuildRead<P, O>): Prepared<P, O, Reader> {
  return new Prepared<P, O, Reader>((reader, parameters) =>
    compile(build(reader.query, parameters, reader.engine), reader),
  );
}

/** As `prepared`, for a query that writes: it runs in transactions only. */
export function preparedWrite<P extends object, O>(build: BuildWrite<P, O>): Prepared<P, O, Tx> {
  return new Prepared<P, O, Tx>((tx, parameters) => compile(build(tx.query, parameters, tx.engine), tx));
}

/** What Kysely's builders have, and its `sql` templates, which want to be told for whom. */
interface Built<O> {
  compile(queries: ReadQueries): CompiledQuery<O>;
}

type BuildRead<P, O> = (db: ReadQueries, parameters: P, engine: Engine) => Built<O>;
type BuildWrite<P, O> = (db: WriteQueries, parameters: P, engine: Engine) => Built<O>;

function compile<O>(built: Built<O>, { query }: Reader): CompiledQuery<O> {
  return built.compile(query);
}

/** A place for a parameter as it is: for a list, all its items as one value. */
const WHOLE = -1;

/** A place in a query that a parameter goes to; of a list the item, of a row in a list its column. */
class Place {
  readonly name: string;
  readonly item: number;
  readonly column: string | null;

  constructor(name: string, item = WHOLE, column: string | null = null) {
    this.name = name;
    this.item = item;
    this.column = column;
  }

  valueIn(parameters: Record<string, unknown>): unknown {
    const value = parameters[this.name];
    if (this.item === WHOLE) return value;
    const list = value as readonly unknown[];
    const item = list[Math.min(this.item, list.length - 1)];
    return this.column === null ? item : (item as Record<string, unknown>)[this.column];
  }
}

interface Compiled {
  statement: Statement;
  /** For each parameter of the text its place, or the value that is always the same. */
  values: readonly unknown[];
}

/** What the text depends on besides the engine; known once it was built. */
interface Shape {
  lists: string[];
  columns: boolean;
  /** The length from which on a list is one value. */
  arrayFrom: number;
}

/** What was made of a query for one database. */
interface Kept {
  shape: Shape;
  texts: Map<string, Compiled>;
}

export class Prepared<P extends object, O, R extends Reader> {
  readonly #build: (reader: R, parameters: P) => CompiledQuery<O>;

  constructor(build: (reader: R, parameters: P) => CompiledQuery<O>) {
    this.#build = build;
  }

  async all(reader: R, parameters: P): Promise<O[]> {
    const { statement, values } = this.#bind(reader, parameters);
    return await reader.statements.all<O>(statement, values);
  }

  async first(reader: R, parameters: P): Promise<O | undefined> {
    const { statement, values } = this.#bind(reader, parameters);
    return await reader.statements.first<O>(statement, values);
  }

  /** For a query that returns no rows: how many it wrote. */
  async run(reader: R, parameters: P): Promise<number> {
    const { statement, values } = this.#bind(reader, parameters);
    return await reader.statements.change(statement, values);
  }

  #bind(reader: R, parameters: P): { statement: Statement; values: unknown[] } {
    const { statement, values } = this.#compiledFor(reader, parameters);
    const bound: unknown[] = [];
    for (const value of values) {
      bound.push(value instanceof Place ? value.valueIn(parameters as Record<string, unknown>) : value);
    }
    return { statement, values: bound };
  }

  #compiledFor(reader: R, parameters: P): Compiled {
    const { compiled } = reader.statements;
    const kept = compiled.get(this) as Kept | undefined;
    const known = kept?.texts.get(keyOf(kept.shape, parameters));
    if (known !== undefined) return known;
    const shape: Shape = { lists: [], columns: false, arrayFrom: reader.engine === "postgres" ? ARRAY_FROM : Infinity };
    const query = this.#build(reader, placesFor(parameters, shape));
    const sql = withArrays(query.sql, query.parameters, parameters);
    const made = { statement: makeStatement(sql), values: query.parameters };
    const texts = kept?.texts ?? new Map<string, Compiled>();
    texts.set(keyOf(shape, parameters), made);
    compiled.set(this, { shape, texts } satisfies Kept);
    return made;
  }
}

/** The parameters with a place for each value; notes in `shape` what of them the query looked at. */
function placesFor<P extends object>(parameters: P, shape: Shape): P {
  return new Proxy(parameters, {
    get(target, name): unknown {
      if (typeof name === "symbol") return Reflect.get(target, name);
      const value = (target as Record<string, unknown>)[name];
      if (!Array.isArray(value)) return new Place(name);
      if (!shape.lists.includes(name)) shape.lists.push(name);
      if (isRow(value[0])) return rowPlaces(name, value);
      return value.length < shape.arrayFrom ? itemPlaces(name, value) : [new Place(name)];
    },
    ownKeys(target) {
      shape.columns = true;
      return columnsOf(target);
    },
  });
}

/** As Kysely takes an object: what is undefined is not there. */
function columnsOf(parameters: object): string[] {
  return Object.keys(parameters).filter((name) => Reflect.get(parameters, name) !== undefined);
}

function isRow(item: unknown): item is object {
  return typeof item === "object" && item !== null && !(item instanceof Uint8Array);
}

function itemPlaces(name: string, list: readonly unknown[]): Place[] {
  return Array.from({ length: paddedLength(list) }, (_, item) => new Place(name, item));
}

function rowPlaces(name: string, rows: readonly object[]): object[] {
  const columns = Object.keys(rows[0] ?? {});
  return rows.map((_, item) => Object.fromEntries(columns.map((column) => [column, new Place(name, item, column)])));
}

/**
 * From this length on PostgreSQL is given a list as one value, an array. Of many parameters it makes a list that it goes through for every row,
 * and then rather goes through all rows than looks each up by an index: of 7,700 contacts those of a hundred customers took 38 ms in place of 0.3.
 */
const ARRAY_FROM = 9;

/** The text with a list that is one value compared as an array is. */
function withArrays(sql: string, values: readonly unknown[], parameters: object): string {
  let text = sql;
  for (const [index, value] of values.entries()) {
    if (!(value instanceof Place) || value.item !== WHOLE) continue;
    if (!Array.isArray((parameters as Record<string, unknown>)[value.name])) continue;
    const place = `($${index + 1})`;
    const compared = text
      .replace(` not in ${place}`, () => ` <> all${place}`)
      .replace(` in ${place}`, () => ` = any${place}`);
    if (compared === text) throw new Error(`a list stands elsewhere than behind "in": ${sql}`);
    text = compared;
  }
  return text;
}

/** Beyond that a list has a text of its own: twice as much is more than SQLite takes in one statement (32,766). */
const PADDED_AT_MOST = 16_384;

function paddedLength({ length }: readonly unknown[]): number {
  if (length === 0 || length > PADDED_AT_MOST) return length;
  let padded = 1;
  while (padded < length) padded *= 2;
  return padded;
}

function keyOf({ lists, columns, arrayFrom }: Shape, parameters: object): string {
  let key = columns ? columnsOf(parameters).join() : "";
  for (const name of lists) {
    const list = (parameters as Record<string, readonly unknown[]>)[name] ?? [];
    if (isRow(list[0])) key += ` ${list.length}:${Object.keys(list[0]).join()}`;
    else key += list.length < arrayFrom ? ` ${paddedLength(list)}` : " []";
  }
  return key;
}
