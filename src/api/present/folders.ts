import { parseSearch } from "../../domain/search-query.ts";
import type { SignedInUser } from "../../domain/roles.ts";
import { SharedRuns } from "../../domain/shared-runs.ts";
import type { Db, ListReads } from "../../storage/database.ts";
import {
  type TicketGroup,
  countDrafts,
  countMentioned,
  countOpenByLabel,
  countTicketGroups,
} from "../../storage/folders.ts";
import { listInboxes } from "../../storage/inboxes.ts";
import { listLabels } from "../../storage/labels.ts";
import { resolveFilter } from "../../storage/resolve-search.ts";
import { listSavedSearches } from "../../storage/saved-searches.ts";
import { countTickets } from "../../storage/ticket-count.ts";
import { readFor } from "../../storage/who-waits.ts";
import type { Resource } from "../conventions/fields.ts";

interface Asked {
  reads: ListReads;
  accountId: string;
  user: SignedInUser | null;
  within: readonly string[] | null;
  /** All tickets in groups, counted once for all folders that need them. */
  groups: () => Promise<readonly TicketGroup[]>;
  openByLabel: () => Promise<ReadonlyMap<string, number>>;
}

type Counter = (asked: Asked) => Promise<unknown>;

/** Folders that are plain sums; what is spam or in the trash is in no other folder. */
const SUMS: Record<string, (group: TicketGroup, userId: string | null) => boolean> = {
  unassigned: (group) => isOpen(group) && group.user_id === null,
  mine: (group, userId) => isOpen(group) && group.user_id !== null && group.user_id === userId,
  snoozed: (group) => isKept(group) && group.state === "snoozed",
  closed: (group) => isKept(group) && group.state === "closed",
  hold: (group) => isKept(group) && group.state === "hold",
  spam: ({ spam }) => spam === 1,
  trash: ({ trash }) => trash === 1,
  all: (group) => isKept(group),
};

const isKept = ({ spam, trash }: TicketGroup): boolean => spam === 0 && trash === 0;
const isOpen = (group: TicketGroup): boolean => isKept(group) && group.state === "open";

/** How each folder is counted; `fields` says which are. */
const COUNTERS: Record<string, Counter> = {
  unassigned: sumOf("unassigned"),
  mine: async (asked) => (asked.user === null ? null : await sumOf("mine")(asked)),
  mentions: async ({ reads, accountId, user, within }) =>
    user === null ? null : await countMentioned(reads.long, accountId, user.id, within),
  drafts: async ({ reads, accountId, user, within }) =>
    user === null ? null : await countDrafts(reads.long, accountId, user.id, within),
  snoozed: sumOf("snoozed"),
  closed: sumOf("closed"),
  hold: sumOf("hold"),
  spam: sumOf("spam"),
  trash: sumOf("trash"),
  all: sumOf("all"),
  inboxes: countInboxes,
  labels: async ({ reads, accountId, openByLabel }) => {
    const open = await openByLabel();
    return (await listLabels(reads.quick, accountId)).map(({ id }) => ({ id, open: open.get(id) ?? 0 }));
  },
  searches: countSearches,
};

/**
 * Presents the folders that `fields` names, with their exact counts, of the tickets that one may see. Every change makes everybody who
 * looks at a help desk ask at once: who asks together is counted for together.
 */
export function openFolders(
  db: Db,
): (accountId: string, user: SignedInUser | null, fields: ReadonlySet<string> | null) => Promise<Resource> {
  const groupRuns = new SharedRuns<readonly TicketGroup[]>();
  const labelRuns = new SharedRuns<ReadonlyMap<string, number>>();
  return async (accountId, user, fields) => {
    const within = user?.inboxIds ?? null;
    const reads = await db.listReads(accountId);
    const key = `${accountId} ${within?.join() ?? "all"}`;
    let counted: Promise<readonly TicketGroup[]> | undefined;
    const asked = {
      reads,
      accountId,
      user,
      within,
      groups: async () =>
        await (counted ??= groupRuns.ask(
          key,
          forAll(async () => await countTicketGroups(reads.long, accountId, within)),
        )),
      openByLabel: async () =>
        await labelRuns.ask(
          key,
          forAll(async () => await countOpenByLabel(reads.long, accountId, within)),
        ),
    };
    const folders: Resource = {};
    for (const [name, count] of Object.entries(COUNTERS)) {
      if (fields === null || fields.has(name)) folders[name] = await count(asked);
    }
    return folders;
  };
}

/** Whoever began it may be gone while others wait. */
function forAll<T>(work: () => Promise<T>): () => Promise<T> {
  return async () => await readFor(() => false, work);
}

function sumOf(folder: string): Counter {
  return async ({ groups, user }) => {
    const holds = SUMS[folder] ?? (() => false);
    return (await groups()).reduce((sum, group) => (holds(group, user?.id ?? null) ? sum + group.count : sum), 0);
  };
}

async function countInboxes({ reads, accountId, within, groups }: Asked): Promise<unknown> {
  const open = new Map<string, number>();
  for (const group of await groups()) {
    if (isOpen(group)) open.set(group.inbox_id, (open.get(group.inbox_id) ?? 0) + group.count);
  }
  const inboxes = await listInboxes(reads.quick, accountId);
  const visible = inboxes.filter(({ id }) => within === null || within.includes(id));
  return visible.map(({ id }) => ({ id, open: open.get(id) ?? 0 }));
}

/** As many tickets as `q` with the same text finds. */
async function countSearches({ reads, accountId, user, within }: Asked): Promise<unknown> {
  const counts: { id: string; count: number }[] = [];
  for (const { id, query } of await listSavedSearches(reads.quick, accountId, user?.id ?? null)) {
    const { terms, ...search } = parseSearch(query);
    const asked = { within, search, personal: [], ...(terms.length > 0 && { terms }) };
    const filter = await resolveFilter(reads.quick, accountId, user?.id ?? null, asked);
    counts.push({ id, count: await countTickets(reads.long, accountId, filter) });
  }
  return counts;
}
