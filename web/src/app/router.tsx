import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { statusOf } from "../api/errors.ts";
import { queryClient } from "../api/query-client.ts";
import { sessionQuery, setupQuery } from "../api/queries/session.ts";
import { firstList, prefetchList } from "../features/tickets/public/prefetch-list.ts";
import { prefetchTicket } from "../features/tickets/public/prefetch-ticket.ts";
import { loadTexts } from "../i18n/load.ts";
import { FIRST_PLACE, placePath, readPlace } from "../lib/places.ts";
import { NotFoundScreen, ScreenError, ScreenPending } from "./screen-states.tsx";

const root = createRootRoute({ notFoundComponent: NotFoundScreen, errorComponent: ScreenError });

/** Whoever has no session signs in first, and comes back to where they wanted to go. */
async function guard({ location }: { location: { href: string } }): Promise<void> {
  try {
    await queryClient.ensureQueryData(sessionQuery);
  } catch (error) {
    if (statusOf(error) === 401) redirect({ to: "/signin", search: { next: location.href }, throw: true });
    throw error;
  }
}

// ---- Before one is signed in ----

const signInTexts = async (): Promise<void> => await loadTexts("signIn");

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/signin",
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({
    next: typeof search["next"] === "string" ? search["next"] : undefined,
  }),
  beforeLoad: async () => {
    const setup = await queryClient.fetchQuery(setupQuery).catch(() => null);
    if (setup?.needed === true) redirect({ to: "/setup", throw: true });
  },
  loader: signInTexts,
  component: lazyRouteComponent(
    async () => await import("../features/sign-in/public/sign-in-screen.tsx"),
    "SignInScreen",
  ),
});
const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  validateSearch: (search: Record<string, unknown>): { key?: string } => ({
    key: typeof search["key"] === "string" ? search["key"] : undefined,
  }),
  loader: signInTexts,
  component: lazyRouteComponent(async () => await import("../features/sign-in/public/setup-screen.tsx"), "SetupScreen"),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitations/$key",
  loader: signInTexts,
  component: lazyRouteComponent(
    async () => await import("../features/sign-in/public/invite-screen.tsx"),
    "InviteScreen",
  ),
});
const reset = createRoute({
  getParentRoute: () => root,
  path: "/password-resets/$key",
  loader: signInTexts,
  component: lazyRouteComponent(async () => await import("../features/sign-in/public/reset-screen.tsx"), "ResetScreen"),
});

// ---- After the first run ----

const welcome = createRoute({
  getParentRoute: () => root,
  path: "/welcome",
  beforeLoad: guard,
  loader: async () => await loadTexts("settings", "mailSettings"),
  component: lazyRouteComponent(
    async () => await import("../features/settings/public/connect-screen.tsx"),
    "ConnectScreen",
  ),
});

// ---- The frame with everything that needs a session ----

const framed = createRoute({
  getParentRoute: () => root,
  id: "framed",
  beforeLoad: guard,
  loader: async () => await loadTexts("tickets", "ticket"),
  component: lazyRouteComponent(async () => await import("./frame.tsx"), "Frame"),
});
const start = createRoute({
  getParentRoute: () => framed,
  path: "/",
  beforeLoad: () => {
    redirect({ href: placePath(FIRST_PLACE), throw: true });
  },
});

const listScreen = lazyRouteComponent(async () => await import("./list-screen.tsx"), "ListScreen");
const ticketScreen = lazyRouteComponent(async () => await import("./ticket-screen.tsx"), "TicketScreen");
const noTicket = lazyRouteComponent(async () => await import("./no-ticket-screen.tsx"), "NoTicketScreen");

/** The routes of one kind of list: itself, and a ticket opened from it. The list stays while tickets change. */
function listRoutes<const Path extends string>(path: Path) {
  const list = createRoute({
    getParentRoute: () => framed,
    path,
    validateSearch: readSearch,
    loader: async ({ location }) => {
      void prefetchList(location.pathname, location.search);
      await firstList();
    },
    component: listScreen,
  });
  const none = createRoute({ getParentRoute: () => list, path: "/", component: noTicket });
  const ticket = createRoute({
    getParentRoute: () => list,
    path: "t/$ticketId",
    component: ticketScreen,
    errorComponent: ScreenError,
  });
  return list.addChildren([none, ticket]);
}

/** `q`: the words of a search. `sort` and `message` belong to the list and the ticket. */
function readSearch(search: Record<string, unknown>): { q?: string; sort?: string; message?: string } {
  const text = (name: string): string | undefined => {
    const value = search[name];
    return typeof value === "string" ? value : undefined;
  };
  return { q: text("q"), sort: text("sort"), message: text("message") };
}

const newTicket = createRoute({
  getParentRoute: () => framed,
  path: "/new",
  validateSearch: (search: Record<string, unknown>): { draft?: string } => ({
    draft: typeof search["draft"] === "string" ? search["draft"] : undefined,
  }),
  loader: async () => await loadTexts("composer"),
  component: lazyRouteComponent(
    async () => await import("../features/composer/public/new-ticket-screen.tsx"),
    "NewTicketScreen",
  ),
});

const customerTexts = async (): Promise<void> => await loadTexts("customers");
const customers = createRoute({
  getParentRoute: () => framed,
  path: "/customers",
  validateSearch: readSearch,
  loader: customerTexts,
  component: lazyRouteComponent(
    async () => await import("../features/customers/public/customers-screen.tsx"),
    "CustomersScreen",
  ),
});
const customer = createRoute({
  getParentRoute: () => framed,
  path: "/customers/$customerId",
  loader: customerTexts,
  component: lazyRouteComponent(
    async () => await import("../features/customers/public/customer-screen.tsx"),
    "CustomerScreen",
  ),
});

const settings = createRoute({
  getParentRoute: () => framed,
  path: "/settings",
  loader: async () => await loadTexts("settings", "mailSettings"),
  component: lazyRouteComponent(
    async () => await import("../features/settings/public/settings-screen.tsx"),
    "SettingsScreen",
  ),
});
const settingsStart = createRoute({
  getParentRoute: () => settings,
  path: "/",
  component: lazyRouteComponent(
    async () => await import("../features/settings/public/settings-screen.tsx"),
    "SettingsStart",
  ),
});
const settingsSection = createRoute({
  getParentRoute: () => settings,
  path: "$section",
  component: lazyRouteComponent(
    async () => await import("../features/settings/public/settings-screen.tsx"),
    "SettingsSection",
  ),
});
const settingsItem = createRoute({
  getParentRoute: () => settings,
  path: "$section/$itemId",
  component: lazyRouteComponent(
    async () => await import("../features/settings/public/settings-screen.tsx"),
    "SettingsSection",
  ),
});

const routeTree = root.addChildren([
  signIn,
  setup,
  invitation,
  reset,
  welcome,
  framed.addChildren([
    start,
    listRoutes("/inbox/$folder"),
    listRoutes("/inbox/i/$inboxId"),
    listRoutes("/inbox/l/$labelId"),
    listRoutes("/inbox/s/$searchId"),
    listRoutes("/search"),
    newTicket,
    customers,
    customer,
    settings.addChildren([settingsStart, settingsSection, settingsItem]),
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  defaultPendingComponent: ScreenPending,
  defaultErrorComponent: ScreenError,
  // Words stay words: `?q=123` is no number, and what people read in the address is what they typed.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const present = Object.entries(search).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    return present.length === 0 ? "" : `?${new URLSearchParams(present).toString()}`;
  },
});

// Not in a loader: the router stops each one that it has begun, and the browser keeps of every stop what led to it, and thereby the
// stops before it, ticket by ticket (measured by a heap snapshot).
router.subscribe("onBeforeLoad", ({ toLocation }) => {
  const id = readPlace(toLocation.pathname, "")?.ticketId ?? null;
  const isKnown = queryClient.getQueryData(sessionQuery.queryKey) !== undefined;
  if (id !== null && isKnown) prefetchTicket(id);
});

/** The session has ended while something was shown: sign in, then come back to it. */
export function signedOut(): void {
  const { pathname, href } = router.state.location;
  if (/^\/(signin|setup|invitations|password-resets)(\/|$)/.test(pathname)) return;
  queryClient.clear();
  void router.navigate({ to: "/signin", search: { next: href } });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
