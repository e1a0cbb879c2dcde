import { type SignedIn, passkeyOptions, signInWithPasskey } from "../../api/queries/session.ts";
import { t } from "../../i18n/t.ts";

/** Whether this browser has passkeys, which it has for host names and secure pages only. */
export function hasPasskeys(): boolean {
  return typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/** Asks the browser for a passkey of this help desk and signs in with it. */
export async function askForPasskey(): Promise<SignedIn> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await passkeyOptions());
  const credential = await navigator.credentials.get({ publicKey }).catch(() => null);
  if (!(credential instanceof PublicKeyCredential)) throw new Error(t("signIn.passkeyFailed"));
  return await signInWithPasskey(credential.toJSON());
}
