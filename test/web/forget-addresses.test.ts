import { createMemoryHistory, createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { expect, test } from "vitest";
import { forgetAddresses } from "../../web/src/app/forget-addresses.ts";

test("the router forgets what it made of addresses that were drawn long ago, and reads them again alike", () => {
  const root = createRootRoute();
  const ticket = createRoute({ getParentRoute: () => root, path: "/tickets/$id" });
  const history = createMemoryHistory();
  const router = createRouter({ routeTree: root.addChildren([ticket]), history });
  forgetAddresses(router);
  const read = (at: number): unknown => router.getMatchedRoutes(`/tickets/${at}`)[1];
  const { matchCache } = router.processedTree;
  const isKept = (at: number): boolean => matchCache.get(`/tickets/${at}`) !== undefined;

  expect(read(0)).toEqual({ id: "0" });
  expect(isKept(0)).toBe(true);
  for (let at = 1; at <= 300; at += 1) read(at);
  expect(isKept(0)).toBe(false);
  expect(isKept(300)).toBe(true);
  expect(read(0)).toEqual({ id: "0" });
});
