import { queryOptions } from "@tanstack/react-query";
import type { Static } from "typebox";
import type {
  Passkey as PasskeySchema,
  SessionItem as SessionItemSchema,
} from "../../../../src/api/schemas/sign-in.ts";
import { get, patch, post, put, remove } from "../client.ts";
import { queryClient } from "../query-client.ts";
import type { Id } from "../types.ts";
import { sessionQuery } from "./session.ts";

/** What people see and change of themselves, besides `changeMe`. */

export type SessionItem = Static<typeof SessionItemSchema>;
export type Passkey = Static<typeof PasskeySchema>;

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: async ({ signal }) => await get<SessionItem[]>("/sessions", {}, signal),
});

export const passkeysQuery = queryOptions({
  queryKey: ["passkeys"],
  queryFn: async ({ signal }) => await get<Passkey[]>("/me/passkeys", {}, signal),
});

export async function endSession(id: Id): Promise<void> {
  await remove(`/sessions/${id}`);
}

export async function endOtherSessions(): Promise<void> {
  await remove("/sessions");
}

export async function changePassword(wanted: { current_password?: string; password: string }): Promise<void> {
  await put("/me/password", wanted);
}

/** A new secret for an authenticator app; it counts once a first code of it was given. */
export async function beginTotp(): Promise<{ secret: string; uri: string }> {
  return await post("/me/totp");
}

/** The recovery codes come with the first second factor only, and this once. */
export async function confirmTotp(code: string): Promise<readonly string[] | null> {
  const { recovery_codes } = await put<{ recovery_codes: string[] | null }>("/me/totp", { code });
  return recovery_codes;
}

export async function removeTotp(password: string | undefined): Promise<void> {
  await remove("/me/totp", { body: { password } });
}

export async function renewRecoveryCodes(password: string | undefined): Promise<readonly string[]> {
  const { recovery_codes } = await post<{ recovery_codes: string[] | null }>("/me/recovery-codes", { password });
  return recovery_codes ?? [];
}

/** What the browser needs to make a passkey. */
export async function newPasskeyOptions(): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return await post<PublicKeyCredentialCreationOptionsJSON>("/me/passkeys/options");
}

export async function addPasskey(name: string, response: unknown): Promise<Passkey> {
  return await post<Passkey>("/me/passkeys", { name, response });
}

export async function renamePasskey(id: Id, name: string): Promise<void> {
  await patch(`/me/passkeys/${id}`, { name });
}

export async function removePasskey(id: Id): Promise<void> {
  await remove(`/me/passkeys/${id}`);
}

/** After anything that opens the account was changed: what is known of it is asked for again. */
export async function refreshSecurity(): Promise<void> {
  await Promise.all(
    [sessionQuery.queryKey, sessionsQuery.queryKey, passkeysQuery.queryKey].map(
      async (queryKey) => await queryClient.invalidateQueries({ queryKey }),
    ),
  );
}
