import { BASE_PATH } from "./conventions/answer.ts";
import type { Route } from "./router.ts";

/** The verbs under which a path exists, for `Allow` (T8); empty when it does not exist at all. */
export function allowedVerbs(routes: readonly Route[], path: string): string[] {
  const below = path.slice(BASE_PATH.length).replace(/\/+$/, "");
  const verbs = new Set<string>();
  for (const route of routes) {
    if (!patternOf(route).test(below)) continue;
    verbs.add(route.verb);
    if (route.verb === "GET") verbs.add("HEAD");
  }
  return [...verbs];
}

const patterns = new WeakMap<Route, RegExp>();

function patternOf(route: Route): RegExp {
  let pattern = patterns.get(route);
  if (pattern === undefined) {
    pattern = new RegExp(`^${route.path.replace(/:[a-z_]+/g, "[^/]+")}$`);
    patterns.set(route, pattern);
  }
  return pattern;
}
