import type { KyselyPlugin, OperationNode, PluginTransformQueryArgs, RootOperationNode } from "kysely";
import { ACCOUNT_TABLES } from "./schema.ts";

const GUARDED: ReadonlySet<string> = new Set([...ACCOUNT_TABLES, "search_entries"]);

/**
 * Refuses a query that touches an account's table without naming the account: for each such table, its `account_id`
 * must be compared (or inserted). Used by every test; `acrossAccounts` is the one way around it.
 */
export const accountGuard: KyselyPlugin = {
  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    checkQuery(node);
    return node;
  },
  transformResult: ({ result }) => Promise.resolve(result),
};

function checkQuery(node: RootOperationNode): void {
  if (node.kind === "RawNode") {
    checkRaw(node);
    return;
  }
  visit(node, (query) => {
    const tables = tablesOf(query);
    if (tables.length === 0) return;
    const named = accountReferences(query);
    for (const { table, alias } of tables) {
      if (!GUARDED.has(table) || named.has(alias)) continue;
      if (tables.length === 1 && named.has("")) continue;
      throw new Error(`a query of ${table} forgets the account: compare ${alias}.account_id`);
    }
  });
}

/** A raw statement is text: every guarded table it names needs an `account_id` somewhere in it. */
function checkRaw(node: OperationNode): void {
  const text = textOf(node);
  const tables = [...GUARDED].filter((table) => new RegExp(`\\b(from|join|into|update)\\s+"?${table}\\b`, "i").test(text));
  if (tables.length > 0 && !/\baccount_id\b/.test(text)) {
    throw new Error(`a raw query of ${tables.join(", ")} forgets the account`);
  }
}

function textOf(node: OperationNode): string {
  const parts: string[] = [];
  visit(node, (inner) => {
    if ("sqlFragments" in inner) parts.push((inner.sqlFragments as string[]).join(" "));
  });
  return parts.join(" ");
}

interface NamedTable {
  table: string;
  alias: string;
}

/** The tables that one query (not its subqueries) reads or writes, with the names they go by in it. */
function tablesOf(query: OperationNode): NamedTable[] {
  const sources: unknown[] = [];
  const parts = query as unknown as Record<string, unknown>;
  if (query.kind === "SelectQueryNode" || query.kind === "DeleteQueryNode") {
    sources.push(...((parts.from as { froms: unknown[] } | undefined)?.froms ?? []));
  }
  if (query.kind === "UpdateQueryNode") sources.push(parts.table);
  if (query.kind === "InsertQueryNode") sources.push(parts.into);
  for (const join of (parts.joins as { table: unknown }[] | undefined) ?? []) sources.push(join.table);
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

/** The names of the tables whose `account_id` a query compares or sets; "" stands for an unqualified one. */
function accountReferences(query: OperationNode): Set<string> {
  const named = new Set<string>();
  const parts = query as unknown as Record<string, unknown>;
  const places = query.kind === "InsertQueryNode" ? [parts.columns] : [parts.where, parts.joins];
  for (const place of places) {
    visit(place, (inner) => {
      const reference = inner as unknown as { table?: { table: { identifier: { name: string } } }; column?: unknown };
      if (inner.kind === "ReferenceNode" && columnName(reference.column) === "account_id") {
        named.add(reference.table?.table.identifier.name ?? "");
      } else if (query.kind === "InsertQueryNode" && columnName(inner) === "account_id") {
        named.add("");
      }
    });
  }
  return named;
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
