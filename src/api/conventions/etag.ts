import { hash } from "node:crypto";
import { Conflict } from "../../domain/errors.ts";
import type { Precondition } from "../../desk/precondition.ts";
import { ANY_VERSION } from "../../desk/precondition.ts";

/** The strong ETag of a single resource: its version, a dot, a hash of the representation (R12). */
export function etagOf(version: number, representation: string): string {
  return `"${version}.${hash("sha1", representation, "base64url")}"`;
}

/** Whether `If-None-Match` names this ETag; all of it counts. */
export function matchesEtag(header: string, etag: string): boolean {
  return header.split(",").some((candidate) => {
    const tag = candidate.trim();
    return tag === "*" || tag === etag || tag === `W/${etag}`;
  });
}

/** `If-Match` as a condition on the version alone (B3); none without the header. */
export function readPrecondition(header: string | undefined): Precondition {
  if (header === undefined) return ANY_VERSION;
  const tags = header.split(",").map((tag) => tag.trim());
  return (version) => {
    const current = tags.some((tag) => tag === "*" || versionOf(tag) === String(version));
    if (!current) throw new Conflict("changed", "Precondition Failed: it has changed since you read it");
  };
}

function versionOf(tag: string): string | undefined {
  return /^(?:W\/)?"(\d+)(?:\.[^"]*)?"$/.exec(tag)?.[1];
}
