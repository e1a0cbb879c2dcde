import { request } from "node:http";

/** What the real server answered at a path: what the bare server then sends, byte for byte. */
export interface Recorded {
  path: string;
  status: number;
  /** Names and values in turn, as they came; what Node writes by itself is left out. */
  headers: string[];
  body: string;
}

/** Node writes these by itself in either server. */
const BY_NODE = new Set(["date", "connection", "keep-alive"]);

export async function record(url: string, token: string, paths: readonly string[]): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  for (const path of paths) recorded.push(await ask(url, token, path));
  return recorded;
}

async function ask(url: string, token: string, path: string): Promise<Recorded> {
  return await new Promise((resolve, reject) => {
    const asking = request(url + path, { headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.setEncoding("utf8");
      let body = "";
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        const { rawHeaders, statusCode: status = 0 } = response;
        const headers = rawHeaders.filter((_, index) => !BY_NODE.has(rawHeaders[index & ~1]?.toLowerCase() ?? ""));
        if (status === 200) resolve({ path, status, headers, body });
        else reject(new Error(`${path}: ${status} ${body.slice(0, 300)}`));
      });
    });
    asking.on("error", reject);
    asking.end();
  });
}
