import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { IncomingMessage } from "node:http";
import type { RelyingParty } from "../desk/passkeys.ts";
import type { Transport } from "./conventions/transport.ts";

/** As whom this server asks for passkeys: by the configured public URL, or a host name below it; else by the request's. */
export function relyingParty(transport: Transport, request: IncomingMessage, name: string): RelyingParty {
  const { protocol, host } = new URL(transport.originOf(request));
  const asked = transport.hostOf(request).toLowerCase();
  const own = asked.endsWith(`.${host}`) ? asked : host;
  return { id: own.replace(/:\d+$/, ""), origin: `${protocol}//${own}`, name };
}

/** The members that the library reads without asking. What is in them it checks itself. */
export function isPasskeyResponse(
  value: Record<string, unknown> | undefined,
): value is Record<string, unknown> & RegistrationResponseJSON & AuthenticationResponseJSON {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { id, rawId, response, type } = value;
  return (
    [id, rawId, type].every((each) => typeof each === "string") && typeof response === "object" && response !== null
  );
}
