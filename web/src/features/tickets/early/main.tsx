/**
 * The first thing that runs: asks for the list behind the address and draws its rows, then begins the client itself, which puts
 * its own list in their place. React, the router and what stands on them take a slow machine several times as long to
 * read and run as it takes to show what waits.
 */
import { API, CLIENT_HEADERS, urlOf } from "../../../api/client.ts";
import { keepEarly } from "../../../api/early.ts";
import { type TicketPage, pageOfList } from "../../../api/queries/ticket-page.ts";
import type { Session, TicketRow } from "../../../api/types.ts";
import { readScroll } from "../list-memory.ts";
import { filterOf } from "../place-filter.ts";
import { sortOf } from "../sorts.ts";
import { rows as german } from "../../../i18n/de/rows.ts";
import { rows as english } from "../../../i18n/en/rows.ts";
import { currentLanguage, startLanguage } from "../../../i18n/language.ts";
import { addMessages } from "../../../i18n/t.ts";
import { EARLY, dropEarly } from "../../../lib/early.ts";
import { FIRST_PLACE, type Place, placePath, readPlace } from "../../../lib/places.ts";
import { EarlyList } from "./early-list.tsx";
import { keepKeys, painted } from "./keep-keys.ts";

/** So long, in milliseconds, the client waits for the rows: then it begins, and the rows come when they come. */
const PATIENCE = 400;

/** So long, in milliseconds, the rows stand over a client that has none of its own to show: what it has to say is below them. */
const MOST = 10_000;

const client = document.querySelector<HTMLScriptElement>("script[data-client]")?.dataset["client"] ?? "";
await Promise.race([drawRows().catch(() => undefined), pause(PATIENCE)]);
try {
  await import(/* @vite-ignore */ client);
  setTimeout(dropEarly, MOST);
} catch (error) {
  dropEarly();
  throw error;
}

async function drawRows(): Promise<void> {
  const place = placeHere();
  if (place === null) return;
  const sort = sortOf(place, new URLSearchParams(location.search).get("sort"));
  // Further down nobody begins with the first page.
  if (readScroll(place, sort) > 0) return;
  const url = urlOf("/tickets", pageOfList({ filter: filterOf(place, await myId()), sort }, 1));
  const asked = ask(url);
  keepEarly({ url, page: asked });
  const page = await asked;
  if (page.rows.length === 0 || document.getElementById("app")?.hasChildNodes() === true) return;
  startLanguage();
  addMessages(currentLanguage() === "de" ? german : english);
  const over = document.createElement("div");
  over.id = EARLY;
  // Read with the eyes only, and by those who can wait a moment less: the list itself is about to take its place.
  over.ariaHidden = "true";
  over.className = "fixed inset-0 z-50 bg-ground";
  over.append((<EarlyList place={place} sort={sort} page={page} />) as unknown as Node);
  document.body.append(over);
  keepKeys(over);
  await painted();
}

/** The place whose list is shown first: one of those that the address alone tells everything about. */
function placeHere(): Place | null {
  if (location.pathname === "/") return FIRST_PLACE;
  const found = readPlace(location.pathname, "");
  if (found === null || found.ticketId !== null || placePath(found.place) !== location.pathname) return null;
  const { place } = found;
  if (place.kind === "folder") return place.folder === "drafts" ? null : place;
  return place.kind === "inbox" || place.kind === "label" ? place : null;
}

/** From what `public/start.js` asked for; the client reads the same answer later. */
async function myId(): Promise<string> {
  const { cantripSession } = globalThis as { cantripSession?: Promise<Response> };
  const response = await cantripSession;
  if (response?.ok !== true) throw new Error("nobody is signed in");
  return ((await response.clone().json()) as Session).user.id;
}

async function ask(url: string): Promise<TicketPage> {
  const headers = { ...CLIENT_HEADERS, Accept: "application/json" };
  const response = await fetch(url, { headers, credentials: "same-origin" });
  if (!response.ok) throw new Error(`${API} answered ${response.status}`);
  return { rows: (await response.json()) as TicketRow[], total: Number(response.headers.get("Total-Count") ?? 0) };
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
