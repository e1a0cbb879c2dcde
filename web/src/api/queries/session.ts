import { queryOptions } from "@tanstack/react-query";
import { get, patch, post, remove } from "../client.ts";
import { queryClient } from "../query-client.ts";
import type { Session } from "../types.ts";
import { saveEverything } from "../../lib/unsaved.ts";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }) => (await askedEarly()) ?? (await get<Session>("/session", {}, signal)),
  staleTime: 5 * 60_000,
  retry: false,
});

/** What `public/start.js` asked for before this code was there; null when it did not, or when there was no session. */
async function askedEarly(): Promise<Session | null> {
  const page = globalThis as { cantripSession?: Promise<Response> };
  const asked = page.cantripSession;
  delete page.cantripSession;
  try {
    const response = await asked;
    return response?.ok === true ? ((await response.json()) as Session) : null;
  } catch {
    return null;
  }
}

/** Whether this server still waits for its first owner (`/setup`). */
export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: async ({ signal }) => await get<{ needed: boolean }>("/setup", {}, signal),
  retry: false,
});

export type SignedIn =
  | { state: "signed_in" }
  | { state: "second_factor"; methods: ("totp" | "passkey" | "recovery")[] };

export async function signIn(credentials: { email: string; password: string; site?: string }): Promise<SignedIn> {
  return await post<SignedIn>("/session", credentials);
}

export async function giveSecondFactor(code: string): Promise<SignedIn> {
  return await post<SignedIn>("/session/second-factor", { code });
}

/** What the browser needs to ask for a passkey: in place of the password, or after it. */
export async function passkeyOptions(): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return await post<PublicKeyCredentialRequestOptionsJSON>("/session/passkey/options");
}

export async function signInWithPasskey(response: unknown): Promise<SignedIn> {
  return await post<SignedIn>("/session/passkey", { response });
}

export async function setUp(wanted: {
  key: string;
  name: string;
  first_name: string;
  last_name: string;
  email: string;
  password: string;
}): Promise<SignedIn> {
  return await post<SignedIn>("/setup", wanted);
}

export interface Invitation {
  email: string;
  first_name: string | null;
  last_name: string | null;
  account: { site: string; name: string };
}

export function invitationQuery(key: string) {
  return queryOptions({
    queryKey: ["invitation", key],
    queryFn: async ({ signal }) => await get<Invitation>(`/invitations/${encodeURIComponent(key)}`, {}, signal),
    retry: false,
  });
}

export async function acceptInvitation(
  key: string,
  person: { first_name: string; last_name: string; password: string },
): Promise<SignedIn> {
  return await post<SignedIn>(`/invitations/${encodeURIComponent(key)}`, person);
}

export async function askForReset(email: string): Promise<void> {
  await post("/password-resets", { email });
}

export async function resetPassword(key: string, password: string): Promise<SignedIn> {
  return await post<SignedIn>(`/password-resets/${encodeURIComponent(key)}`, { password });
}

/** Ends the session, once what was typed a moment ago is saved, and forgets everything that was read in it. */
export async function signOut(): Promise<void> {
  await saveEverything();
  await remove("/session");
  queryClient.clear();
}

export async function changeMe(changes: Partial<Session["user"]> & { current_password?: string }): Promise<void> {
  await patch("/me", changes);
  await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
}
