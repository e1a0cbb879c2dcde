import { describe, expect, test } from "vitest";
import { type Place, placePath, readPlace, ticketPath } from "../../web/src/lib/places.ts";

const places: Place[] = [
  { kind: "folder", folder: "mine" },
  { kind: "inbox", id: "5f6e" },
  { kind: "label", id: "7a8b" },
  { kind: "saved", id: "9c0d" },
  { kind: "search", q: 'from:"Ben & Co" 50% ?#/ü' },
];

describe("the address of a place", () => {
  test("leads back to it, with and without a ticket", () => {
    for (const place of places) {
      for (const [path, ticketId] of [
        [placePath(place), null] as const,
        [ticketPath(place, "1a2b"), "1a2b"] as const,
      ]) {
        const { pathname, searchParams } = new URL(path, "http://x");
        expect(readPlace(pathname, searchParams.get("q") ?? "")).toEqual({ place, ticketId });
      }
    }
  });

  test("is none where no list is", () => {
    for (const path of ["/", "/settings/people", "/inbox", "/inbox/nowhere", "/customers/1"]) {
      expect([path, readPlace(path, "")]).toEqual([path, null]);
    }
  });
});
