import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MISPRINTS, type Shape } from "./samples.ts";

/** Where the API's document is, beside a checkout of those who have it. */
const DOCUMENT = join(import.meta.dirname, "../../../shared/reference/rest-api.txt");

/** The document's lines; null where it is not. */
export function readDocument(): string[] | null {
  return existsSync(DOCUMENT) ? readFileSync(DOCUMENT, "utf8").split(/\r?\n/) : null;
}

/** A request as the document prints it. */
export interface PrintedRequest {
  section: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
  /** The printed answer: null status when only a body is printed. */
  answer: { status: number | null; headers: Record<string, string>; body: string | null };
  /** The rows of the table that follows at once: then the line is an endpoint's heading. */
  table: string[] | null;
}

const REQUEST = /^(GET|POST|PUT|PATCH|DELETE) (\/\S+)$/;
const HEADER = /^([A-Z][A-Za-z-]+): (.+)$/;
const STATUS = /^(\d{3}) [A-Z]/;
const TABLE = /^(Query Parameter|Field)(Type)?(Required)?Notes$/;

/** Every request of the document, in its order: `METHOD path` blocks and `curl` commands. `headings` are its sections. */
export function printedRequests(lines: readonly string[], headings: ReadonlySet<string>): PrintedRequest[] {
  const requests: PrintedRequest[] = [];
  let section = "";
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (headings.has(line)) section = line;
    const [, method, url] = REQUEST.exec(line) ?? [];
    if (method !== undefined && url !== undefined) requests.push({ section, ...readBlock(lines, at + 1, method, url) });
    else if (/^(\$| )? ?curl /.test(line)) requests.push({ section, ...readCurl(joined(lines, at)) });
  }
  return requests;
}

type Unplaced = Omit<PrintedRequest, "section">;

function readBlock(lines: readonly string[], start: number, method: string, url: string): Unplaced {
  const cursor = { lines, at: start };
  const headers = takeHeaders(cursor);
  const table = TABLE.test(lines[cursor.at] ?? "") ? tableRows(lines, cursor.at + 1) : null;
  // What follows a GET at once is its answer.
  const body = method === "GET" ? null : takeJson(cursor);
  if (lines[cursor.at + 1] === "Would have the following response body:") cursor.at += 3;
  const [, status] = STATUS.exec(lines[cursor.at] ?? "") ?? [];
  if (status !== undefined) cursor.at += 1;
  const answered = status === undefined ? {} : takeHeaders(cursor);
  const answer = { status: status === undefined ? null : Number(status), headers: answered, body: takeJson(cursor) };
  return { method, url, headers, body, answer, table };
}

interface Cursor {
  lines: readonly string[];
  at: number;
}

function takeHeaders(cursor: Cursor): Record<string, string> {
  const headers: Record<string, string> = {};
  for (;;) {
    const [, name, value] = HEADER.exec(cursor.lines[cursor.at] ?? "") ?? [];
    if (name === undefined || value === undefined) return headers;
    headers[name] = value;
    cursor.at += 1;
  }
}

/** A block from a line that is a bare bracket to the line that closes it; null when there is none. */
function takeJson(cursor: Cursor): string | null {
  const open = cursor.lines[cursor.at] ?? "";
  if (open !== "{" && open !== "[") return null;
  const close = cursor.lines.indexOf(open === "{" ? "}" : "]", cursor.at);
  const block = cursor.lines.slice(cursor.at, close + 1).join("\n");
  cursor.at = close + 1;
  return block;
}

/** A command with its continued lines. */
function joined(lines: readonly string[], start: number): string {
  let end = start;
  while (lines[end]?.endsWith("\\") === true) end += 1;
  return lines
    .slice(start, end + 1)
    .map((line) => line.replace(/\\$/, ""))
    .join(" ");
}

function readCurl(command: string): Unplaced {
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? "",
  );
  const after = (option: string): string[] =>
    words.flatMap((word, at) => (word === option ? (words[at + 1] ?? []) : []));
  const headers = Object.fromEntries(after("-H").map((line) => line.split(": ") as [string, string]));
  const [user] = after("-u");
  const answer = { status: null, headers: {}, body: null };
  return {
    method: after("-X")[0] ?? "GET",
    url: words.find((word) => word.startsWith("https://")) ?? "",
    headers: { ...headers, ...(user !== undefined && { Authorization: `Basic ${user}` }) },
    body: after("-d")[0] ?? null,
    answer,
    table: null,
  };
}

/** The rows of a table up to the blank line: those that begin with a field's name, not those that go on with a note. */
export function tableRows(lines: readonly string[], start: number): string[] {
  const end = lines.indexOf("", start);
  return lines.slice(start, end).filter((line) => /^[a-z]/.test(line) && !/^(eg:|in -|out -) /.test(line));
}

/** The tables of fields that stand by themselves, with the section they describe. */
export function resourceTables(
  lines: readonly string[],
  sections: ReadonlySet<string>,
): { section: string; rows: string[] }[] {
  let section = "";
  return lines.flatMap((line, at) => {
    if (sections.has(line)) section = line;
    return line === "FieldTypeNotes" ? [{ section, rows: tableRows(lines, at + 1) }] : [];
  });
}

/** The shape of printed JSON, which has trailing commas, dots for what is left out, and misprinted names. */
export function shapeOfPrinted(text: string): Shape {
  const complete = text.replace(/^\s*\.\.\. .* \.\.\.\s*$/gm, "").replace(/,(?=\s*[}\]])/g, "");
  return shapeOf(JSON.parse(complete));
}

function shapeOf(value: unknown): Shape {
  if (value === null) return "null";
  if (Array.isArray(value)) return distinct(value.map(shapeOf));
  if (typeof value !== "object") return typeof value as Shape;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [MISPRINTS[name] ?? name, shapeOf(member)]));
}

/** Elements of one shape say it once. */
function distinct(shapes: readonly Shape[]): Shape[] {
  const alike = shapes.every((shape) => JSON.stringify(shape) === JSON.stringify(shapes[0]));
  return alike ? shapes.slice(0, 1) : [...shapes];
}
