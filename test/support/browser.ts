import { type Got, type TestClient, type TestServer, clientOf, webHeaders } from "./test-api.ts";

/** A browser with our web client: it keeps the cookie that it is given. */
export interface Browser extends TestClient {
  /** The `Cookie` header that it sends now; empty without one. */
  cookie(): string;
  /** Every `Set-Cookie` it was given. */
  given: string[];
}

export function openBrowser(server: TestServer, headers: Record<string, string> = {}): Browser {
  let cookie = "";
  const given: string[] = [];
  const sent = (): Record<string, string> => ({
    ...webHeaders(server, cookie === "" ? undefined : cookie),
    ...headers,
  });
  const { ask } = clientOf(server, sent);
  const keep: TestClient["ask"] = async (...asked) => {
    const got: Got = await ask(...asked);
    for (const line of got.headers["set-cookie"] ?? []) {
      given.push(line);
      cookie = line.includes("Max-Age=0") ? "" : (line.split(";")[0] ?? "");
    }
    return got;
  };
  return {
    given,
    cookie: () => cookie,
    ask: keep,
    get: async (path, more) => await keep("GET", path, undefined, more),
    post: async (path, body, more) => await keep("POST", path, body, more),
    patch: async (path, body, more) => await keep("PATCH", path, body, more),
  };
}
