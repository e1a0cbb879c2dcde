import { t } from "../i18n/t.ts";
import { ApiError } from "./errors.ts";
import { isOffline, noteAnswer } from "./connection.ts";

export type QueryValue = string | number | boolean | null | undefined | readonly string[];
export type Query = Readonly<Record<string, QueryValue>>;

export interface Asked {
  query?: Query;
  /** Sent as JSON; a `Blob` is sent as it is. */
  body?: unknown;
  /** The ETag or version that a write rests on: 412 when somebody was faster. */
  ifMatch?: string | number;
  /** Makes repeating a POST harmless; made here when it is not given. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface Answer<T> {
  data: T;
  etag: string | null;
  /** How many there are in all, where `count=true` asked for it. */
  total: number | null;
  headers: Headers;
}

export const API = "/api/v1";

/** What every request of this client carries: the server knows it by this and the session's cookie. */
export const CLIENT_HEADERS: Readonly<Record<string, string>> = { "X-Cantrip-Client": "web" };

/** Reads. Throws `ApiError`. */
export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return (await request<T>("GET", path, { query, signal })).data;
}

/** Writes are refused while there is no connection: nothing is queued silently. Throws `ApiError`. */
export async function post<T>(path: string, body?: unknown, asked: Asked = {}): Promise<T> {
  return (await request<T>("POST", path, { ...asked, body })).data;
}

export async function put<T>(path: string, body?: unknown, asked: Asked = {}): Promise<T> {
  return (await request<T>("PUT", path, { ...asked, body })).data;
}

export async function patch<T>(path: string, body?: unknown, asked: Asked = {}): Promise<T> {
  return (await request<T>("PATCH", path, { ...asked, body })).data;
}

export async function remove<T = undefined>(path: string, asked: Asked = {}): Promise<T> {
  return (await request<T>("DELETE", path, asked)).data;
}

/** One request, with what its headers say. `path` is below the API's base: `/tickets/51f6e9`. */
export async function request<T>(method: string, path: string, asked: Asked = {}): Promise<Answer<T>> {
  if (method !== "GET" && isOffline()) throw new ApiError(0, t("error.offline"));
  const response = await fetch(urlOf(path, asked.query), {
    method,
    headers: headersOf(method, asked),
    body: asked.body === undefined ? undefined : asked.body instanceof Blob ? asked.body : JSON.stringify(asked.body),
    signal: asked.signal,
    credentials: "same-origin",
  }).catch((error: unknown) => {
    if (asked.signal?.aborted === true) throw error;
    noteAnswer(false);
    throw new ApiError(0, t("error.unreachable"));
  });
  noteAnswer(true);
  if (!response.ok) throw await refusalOf(response);
  const total = response.headers.get("Total-Count");
  return {
    data: (await bodyOf(response)) as T,
    etag: response.headers.get("ETag"),
    total: total === null ? null : Number(total),
    headers: response.headers,
  };
}

/** A URL below the API's base. Absent values are left out, null is the API's word `null`, lists are joined by commas. */
export function urlOf(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    parameters.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  const text = parameters.toString();
  return `${API}${path}${text === "" ? "" : `?${text}`}`;
}

function headersOf(method: string, { body, ifMatch, idempotencyKey }: Asked): Record<string, string> {
  const headers: Record<string, string> = { ...CLIENT_HEADERS, Accept: "application/json" };
  if (body !== undefined) {
    headers["Content-Type"] = body instanceof Blob ? body.type || "application/octet-stream" : "application/json";
  }
  if (ifMatch !== undefined) headers["If-Match"] = typeof ifMatch === "number" ? `"${ifMatch}"` : ifMatch;
  if (method === "POST") headers["Idempotency-Key"] = idempotencyKey ?? newKey();
  return headers;
}

/** `crypto.randomUUID` is missing where the page came over plain HTTP from another machine. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === "" ? undefined : JSON.parse(text);
}

async function refusalOf(response: Response): Promise<ApiError> {
  const body = (await bodyOf(response).catch(() => undefined)) as
    | { message?: string; errors?: { message: string }[] }
    | undefined;
  const after = response.headers.get("Retry-After");
  const errors = (body?.errors ?? []).map(({ message }) => message);
  return new ApiError(
    response.status,
    wordsFor(response.status, body?.message),
    errors,
    after === null ? null : Number(after),
  );
}

/** Plain words where the server's are made for programs. */
function wordsFor(status: number, message: string | undefined): string {
  if (status === 403) return t("error.forbidden");
  if (status === 404) return t("error.notFound");
  if (status === 412) return t("error.changed");
  if (status === 429) return t("error.tooMany");
  if (status >= 500) return t("error.server");
  return message ?? t("error.unknown");
}
