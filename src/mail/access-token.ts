import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { text } from "node:stream/consumers";
import { MINUTE, SECOND, now } from "../domain/time.ts";
import { type HostPolicy, resolveSafely } from "./host-guard.ts";
import { MailError } from "./mail-error.ts";

/** What an authorization server needs to give a new access token (RFC 6749 6). */
export interface OAuthGrant {
  /** Google: https://oauth2.googleapis.com/token; Microsoft: https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token */
  tokenUrl: string;
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
  refreshToken: string;
}

export interface AccessToken {
  accessToken: string;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** The refresh token to use from now on, when the server gave another (Microsoft does): it must be kept. */
  refreshToken: string | null;
}

const ANSWER_LIMIT = 64 * 1024;
const TIMEOUT = 30 * SECOND;

/** A token is not used in its last minute: it has to last until the mail server looks at it. */
const MARGIN = MINUTE;

/**
 * Asks for an access token, at the address that the host guard found. Throws `MailError`: `oauth_refused` (a person has
 * to give consent anew), `oauth_failed` (try again later), or the guard's own.
 */
export async function fetchAccessToken(grant: OAuthGrant, policy: HostPolicy): Promise<AccessToken> {
  const url = URL.canParse(grant.tokenUrl) ? new URL(grant.tokenUrl) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new MailError("oauth_refused", "the token endpoint is no URL", { retryable: false });
  }
  if (url.protocol === "http:" && policy.allowPrivate !== true) {
    throw new MailError("oauth_refused", "the token endpoint must be https", { retryable: false });
  }
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: grant.clientId,
    ...(grant.clientSecret !== undefined && { client_secret: grant.clientSecret }),
    refresh_token: grant.refreshToken,
  });
  const { status, body } = await post(url, form.toString(), policy);
  const { access_token, expires_in, refresh_token, error, error_description } = readAnswer(body);
  if (status === 200 && typeof access_token === "string") {
    const seconds = Number(expires_in ?? 3600) || 3600;
    const renewed = typeof refresh_token === "string" && refresh_token !== grant.refreshToken ? refresh_token : null;
    return { accessToken: access_token, expiresAt: now() + seconds * SECOND - MARGIN, refreshToken: renewed };
  }
  const said = [error, error_description]
    .filter((part) => typeof part === "string")
    .join(": ")
    .slice(0, 300);
  const retryable = status >= 500 || status === 429 || status === 200;
  throw new MailError(
    retryable ? "oauth_failed" : "oauth_refused",
    `${url.hostname} gives no access token (${status}): ${said === "" ? "no reason given" : said}`,
    { retryable },
  );
}

function readAnswer(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** To the address that was judged, under the name that the certificate is for; redirects are not followed. */
async function post(url: URL, form: string, policy: HostPolicy): Promise<{ status: number; body: string }> {
  const { address } = await resolveSafely(url.hostname, policy);
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const asked = request(
    {
      method: "POST",
      host: address,
      port: url.port === "" ? undefined : Number(url.port),
      path: url.pathname + url.search,
      ...(isIP(name) === 0 && { servername: name }),
      headers: {
        Host: url.host,
        Accept: "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": Buffer.byteLength(form),
      },
      signal: AbortSignal.timeout(TIMEOUT),
    },
    (answer) => {
      let size = 0;
      answer.on("data", (chunk: Buffer) => {
        size += chunk.byteLength;
        if (size > ANSWER_LIMIT) answer.destroy(new Error("the answer is too long"));
      });
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    },
  );
  asked.on("error", reject);
  asked.end(form);
  try {
    return await promise;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MailError("oauth_failed", `${url.hostname} gives no access token: ${why}`, {
      retryable: true,
      cause: error,
    });
  }
}
