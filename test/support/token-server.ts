import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export type TokenServer = Awaited<ReturnType<typeof startTokenServer>>;

/** An authorization server of this machine: each refresh token is good once, and gives the next. */
export async function startTokenServer() {
  const self = {
    url: "",
    asked: [] as URLSearchParams[],
    valid: "refresh-0",
    revoked: false,
    down: false,
    close: () => undefined as void,
  };
  const server = createServer((request, response) => {
    text(request).then(
      (body): null => {
        const form = new URLSearchParams(body);
        self.asked.push(form);
        const answer = (status: number, value: object): void => {
          response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
        };
        if (self.down) {
          answer(503, {});
          return null;
        }
        if (self.revoked || form.get("refresh_token") !== self.valid) {
          answer(400, { error: "invalid_grant", error_description: "Token has been expired or revoked." });
          return null;
        }
        self.valid = `refresh-${self.asked.length}`;
        answer(200, { access_token: `access-${self.asked.length}`, expires_in: 3600, refresh_token: self.valid });
        return null;
      },
      () => undefined,
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  self.close = () => void server.close();
  return self;
}
