import { Agent, request } from "node:http";

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export interface Asked {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
  /** From the question to the last byte of the answer. */
  milliseconds: number;
}

/** Asks for one thing, over connections that are kept. With a body it is a POST. */
export async function ask(url: string, token: string, path: string, body?: object): Promise<Asked> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${token}`,
    ...(text !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
  };
  return await new Promise((resolve, reject) => {
    const start = performance.now();
    const asking = request(url + path, { agent, method: text === undefined ? "GET" : "POST", headers }, (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (answer += chunk));
      response.on("end", () => {
        const milliseconds = performance.now() - start;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer, milliseconds });
      });
    });
    asking.on("error", reject);
    asking.end(text);
  });
}

/** As `ask`; throws unless it is answered well. */
export async function askJson<T>(url: string, token: string, path: string): Promise<T> {
  const { status, body } = await ask(url, token, path);
  if (status !== 200) throw new Error(`${path}: ${status} ${body.slice(0, 300)}`);
  return JSON.parse(body) as T;
}
