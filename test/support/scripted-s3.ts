import { createHash } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What the store does in place of the usual: fails, breaks off in the middle of its answer, or says nothing. */
export type S3Act = "fail" | "cut" | "hang" | undefined;

export interface ScriptedS3 {
  url: string;
  /** What it holds, by `bucket/key`. */
  objects: Map<string, Buffer>;
  /** Every request, as `PUT bucket/key`. */
  asked: string[];
  /** Set anew for each test. */
  act: (method: string, path: string) => S3Act;
  close(): Promise<void>;
}

export const S3_KEYS = { accessKeyId: "test-access", secretAccessKey: "test-secret" };

/** As much of an S3-compatible store as blobs need. It refuses requests that are not signed, or whose body is not what was signed. */
export async function startScriptedS3(bucket = "attachments"): Promise<ScriptedS3> {
  const self: ScriptedS3 = {
    url: "",
    objects: new Map(),
    asked: [],
    act: () => undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "" } = request;
    const path = decodeURIComponent((request.url ?? "").split("?")[0] ?? "").slice(1);
    self.asked.push(`${method} ${path}`);
    const body = await buffer(request);
    const act = self.act(method, path);
    if (act === "hang") return;
    if (act === "fail") return refuse(response, 503, "SlowDown");
    const fault = faultOf(request, body, path, bucket);
    if (fault !== null) return refuse(response, ...fault);
    const object = self.objects.get(path);
    if (method === "PUT") {
      self.objects.set(path, body);
      response.end();
    } else if (method === "DELETE") {
      self.objects.delete(path);
      response.writeHead(204).end();
    } else if (object === undefined) refuse(response, 404, "NoSuchKey");
    else {
      response.writeHead(200, { "Content-Length": object.byteLength });
      if (method === "HEAD") response.end();
      else if (act === "cut") response.write(object.subarray(0, object.byteLength / 2), () => response.destroy());
      else response.end(object);
    }
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return self;
}

function faultOf(
  { headers, method }: IncomingMessage,
  body: Buffer,
  path: string,
  bucket: string,
): [number, string] | null {
  const signed = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/.*Signature=[0-9a-f]{64}$/.exec(headers.authorization ?? "");
  if (signed?.[1] !== S3_KEYS.accessKeyId) return [403, "AccessDenied"];
  const sha256 = headers["x-amz-content-sha256"];
  if (sha256 !== "UNSIGNED-PAYLOAD" && sha256 !== createHash("sha256").update(body).digest("hex")) {
    return [400, "XAmzContentSHA256Mismatch"];
  }
  const md5 = headers["content-md5"];
  if (method === "PUT" && md5 !== createHash("md5").update(body).digest("base64")) return [400, "BadDigest"];
  return path.startsWith(`${bucket}/`) ? null : [404, "NoSuchBucket"];
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  response.writeHead(status, { "Content-Type": "application/xml" }).end(body);
}
