import { Secret, TOTP } from "otpauth";
import { SECOND } from "./time.ts";

/** The second factor of an authenticator app (RFC 6238): SHA-1, six digits, 30 seconds, which every app can do. */
const PERIOD = 30;

/** 160 bits, as RFC 4226 4 recommends, in base 32. */
export function generateTimeSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an app reads from a QR code. */
export function timeCodeUri(secret: string, issuer: string, label: string): string {
  // The colon tells issuer and label apart.
  return timeCode(secret, issuer.replaceAll(":", " "), label).toString();
}

/** The time step whose code was given, now or one step beside it (clocks differ); null when it is none of these. */
export function stepOfTimeCode(secret: string, code: string, at: number): number | null {
  const digits = code.replace(/\s/g, "");
  if (!/^\d{6}$/.test(digits)) return null;
  const delta = timeCode(secret, "", "").validate({ token: digits, timestamp: at, window: 1 });
  return delta === null ? null : Math.floor(at / SECOND / PERIOD) + delta;
}

function timeCode(secret: string, issuer: string, label: string): TOTP {
  return new TOTP({ secret: Secret.fromBase32(secret), issuer, label, period: PERIOD, digits: 6, algorithm: "SHA1" });
}
