import type { Faults } from "../../domain/faults.ts";

const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/;

/** Decodes Base64: the standard alphabet, white space allowed, padding optional (F1). A fault, and undefined, when it is none. */
export function decodeBase64(text: string, faults: Faults, field: string): Buffer | undefined {
  const digits = /\s/.test(text) ? text.replace(/\s+/g, "") : text;
  const padding = digits.endsWith("==") ? 2 : digits.endsWith("=") ? 1 : 0;
  const significant = digits.length - padding;
  const whole = padding === 0 ? significant % 4 !== 1 : digits.length % 4 === 0;
  if (!STANDARD.test(digits) || !whole) {
    faults.add(`${field} must be Base64 in the standard alphabet`);
    return undefined;
  }
  return Buffer.from(digits, "base64");
}
