import type { KyselyPlugin, OperationNode, PluginTransformQueryArgs, RootOperationNode } from "kysely";
import { ACCOUNT_TABLES } from "./schema.ts";

// Longer than other files: it reads Kysely's query tree, of which each kind of node needs a few lines.

const GUARDED: ReadonlySet<string> = new Set([...ACCOUNT_TABLES, "search_entries", "ticket_tallies"]);

const QUERIES: ReadonlySet<string> = new Set([
  "SelectQueryNode",
  "InsertQueryNode",
  "UpdateQueryNode",
  "DeleteQueryNode",
]);

/**
 * Refuses a query that touches an account's table without naming the account: the `account_id` of each such table must
 * equal a value, or that of a table whose own does (or be inserted). An `or` beside it does not count, nor does a
 * subquery's. A join is on both columns of the key. Used by every test; `acrossAccounts` is the one way around it.
 */
export const accountGuard: KyselyPlugin = {
  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    visit(node, (inner) => {
      if (inner.kind === "RawNode") checkRaw(inner);
      else if (QUERIES.has(inner.kind)) checkQuery(inner);
    });
    return node;
  },
  transformResult: ({ result }) => Promise.resolve(result),
};

type Parts = Record<string, unknown>;

function checkQuery(query: OperationNode): void {
  const tables = tablesOf(query);
  checkJoins(query, tables);
  const bound = query.kind === "InsertQueryNode" ? insertedInto(query, tables) : boundTables(query, tables);
  for (const { table, alias } of tables) {
    if (!GUARDED.has(table) || bound.has(alias)) continue;
    throw new Error(`a query of ${table} forgets the account: compare ${alias}.account_id`);
  }
}

/**
 * Two tables of an account are joined on both columns of the key (by `on` or by `where`): on the account, so that the rows
 * lie on one machine, and on what makes them belong together, which alone would cross accounts.
 */
function checkJoins(query: OperationNode, tables: readonly NamedTable[]): void {
  for (const join of ((query as unknown as Parts)["joins"] as Parts[] | undefined) ?? []) {
    const added = namedTable(join["table"] as OperationNode)[0];
    if (added === undefined || !GUARDED.has(added.table)) continue;
    const conditions = [...conjuncts(join["on"]), ...conjuncts((query as unknown as Parts)["where"])];
    const isOnAccount = (each: OperationNode): boolean =>
      equality(each, tables, null).some(({ left, right }) => left === added.alias || right === added.alias);
    const beside = conditions.some((each) => !isOnAccount(each) && mentions(each, added.alias));
    if (!conditions.some(isOnAccount) || !beside) {
      throw new Error(`a join of ${added.table} forgets the account, or is on nothing else: join on both key columns`);
    }
  }
}

/** Whether a condition is about a column of this table. */
function mentions(condition: OperationNode, alias: string): boolean {
  let found = false;
  visit(condition, (node) => {
    const { kind, table } = node as unknown as Parts & { table?: { table: { identifier: { name: string } } } };
    found ||= kind === "ReferenceNode" && table?.table.identifier.name === alias;
  });
  return found;
}

/** A raw statement or fragment is text: if it names guarded tables, it needs an `account_id` somewhere. */
function checkRaw(node: OperationNode): void {
  const text = textOf(node);
  const tables = [...GUARDED].filter((table) =>
    new RegExp(`\\b(from|join|into|update)\\s+"?${table}\\b`, "i").test(text),
  );
  if (tables.length > 0 && !/\baccount_id\b/.test(text)) {
    throw new Error(`a raw query of ${tables.join(", ")} forgets the account`);
  }
  if (/\b(clock_timestamp|random)\s*\(/.test(text)) {
    throw new Error("Citus changes no rows by what differs from row to row: compare now(), or a value");
  }
}

/** The text of a fragment, names of tables and columns that were put into it included; values are left out. */
function textOf(node: unknown): string {
  if (Array.isArray(node)) return node.map(textOf).join(" ");
  if (typeof node !== "object" || node === null) return "";
  const { kind, sqlFragments, parameters, name } = node as Parts;
  if (kind === "ValueNode") return "";
  if (kind === "IdentifierNode") return String(name);
  if (kind !== "RawNode") return Object.values(node).map(textOf).join(" ");
  return (sqlFragments as string[]).map((text, index) => text + textOf((parameters as unknown[])[index])).join("");
}

interface NamedTable {
  table: string;
  alias: string;
}

/** The tables that one query (not its subqueries) reads or writes, with the names they go by in it. */
function tablesOf(query: OperationNode): NamedTable[] {
  const { from, using, table, into, joins } = query as unknown as Parts;
  const sources = [
    ...((from as { froms: unknown[] } | undefined)?.froms ?? []),
    ...((using as { tables: unknown[] } | undefined)?.tables ?? []),
    ...(query.kind === "UpdateQueryNode" ? [table] : []),
    ...(query.kind === "InsertQueryNode" ? [into] : []),
    ...((joins as { table: unknown }[] | undefined) ?? []).map((join) => join.table),
  ];
  return sources.flatMap((source) => namedTable(source as OperationNode));
}

function namedTable(source: OperationNode): NamedTable[] {
  const parts = source as unknown as { node?: OperationNode; alias?: { name: string } };
  if (source.kind === "AliasNode" && parts.node !== undefined) {
    return namedTable(parts.node).map(({ table }) => ({ table, alias: parts.alias?.name ?? table }));
  }
  if (source.kind !== "TableNode") return [];
  const table = (source as unknown as { table: { identifier: { name: string } } }).table.identifier.name;
  return [{ table, alias: table }];
}

function insertedInto(query: OperationNode, tables: readonly NamedTable[]): Set<string> {
  const columns = ((query as unknown as Parts)["columns"] ?? []) as unknown[];
  return new Set(columns.some((column) => columnName(column) === "account_id") ? tables.map(({ alias }) => alias) : []);
}

/** `account_id` of `left` equals that of `right`, or a value (null). An outer join narrows only the table that it adds. */
interface Equality {
  left: string;
  right: string | null;
  only: string | null;
}

/** The tables whose `account_id` is held to a value, directly or through another table's. */
function boundTables(query: OperationNode, tables: readonly NamedTable[]): Set<string> {
  const { where, joins } = query as unknown as Parts;
  const equalities = conjuncts(where).flatMap((each) => equality(each, tables, null));
  for (const join of (joins as Parts[] | undefined) ?? []) {
    const added = namedTable(join["table"] as OperationNode)[0]?.alias ?? null;
    const only = join["joinType"] === "InnerJoin" ? null : added;
    equalities.push(...conjuncts(join["on"]).flatMap((each) => equality(each, tables, only)));
  }
  const bound = new Set<string>();
  const bind = (alias: string, other: string | null, only: string | null): void => {
    if ((other === null || bound.has(other)) && (only === null || only === alias)) bound.add(alias);
  };
  // Each round carries the value one table further.
  for (let round = 0; round <= tables.length; round += 1) {
    for (const { left, right, only } of equalities) {
      bind(left, right, only);
      if (right !== null) bind(right, left, only);
    }
  }
  return bound;
}

/** The conditions that must all hold. */
function conjuncts(node: unknown): OperationNode[] {
  const { kind, where, on, left, right, node: inner } = (node ?? {}) as Parts;
  if (kind === "WhereNode") return conjuncts(where);
  if (kind === "OnNode") return conjuncts(on);
  if (kind === "ParensNode") return conjuncts(inner);
  if (kind === "AndNode") return [...conjuncts(left), ...conjuncts(right)];
  return kind === undefined ? [] : [node as OperationNode];
}

function equality(condition: OperationNode, tables: readonly NamedTable[], only: string | null): Equality[] {
  const { leftOperand, operator, rightOperand } = condition as unknown as Parts;
  const sign = (operator as { operator?: string } | undefined)?.operator;
  if (condition.kind !== "BinaryOperationNode" || (sign !== "=" && sign !== "in")) return [];
  const sides = [accountOf(leftOperand, tables), accountOf(rightOperand, tables)];
  const [left, right] = sides[0] === null ? sides.toReversed() : sides;
  return left == null ? [] : [{ left, right: right ?? null, only }];
}

/** The table of this query whose `account_id` a node is; null when it is anything else: a value, an outer query's table. */
function accountOf(node: unknown, tables: readonly NamedTable[]): string | null {
  const { kind, table, column } = (node ?? {}) as Parts;
  if (kind !== "ReferenceNode" || columnName(column) !== "account_id") return null;
  const name = (table as { table: { identifier: { name: string } } } | undefined)?.table.identifier.name;
  if (name === undefined) return tables.length === 1 ? (tables[0]?.alias ?? null) : null;
  return tables.some(({ alias }) => alias === name) ? name : null;
}

function columnName(node: unknown): string | undefined {
  const column = node as { kind?: string; column?: { name: string } } | undefined;
  return column?.kind === "ColumnNode" ? column.column?.name : undefined;
}

function visit(value: unknown, see: (node: OperationNode) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, see);
  } else if (typeof value === "object" && value !== null) {
    if ("kind" in value && typeof value.kind === "string") see(value as OperationNode);
    for (const inner of Object.values(value)) visit(inner, see);
  }
}
