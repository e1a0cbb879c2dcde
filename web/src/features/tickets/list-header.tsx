import { useQuery } from "@tanstack/react-query";
import { ArrowUpDown, Ellipsis, Menu as MenuIcon, Pencil, Search, Star, Trash2 } from "lucide-react";
import { useState } from "react";
import { inboxesQuery, labelsQuery, savedSearchesQuery } from "../../api/queries/folders.ts";
import type { SavedSearch } from "../../api/types.ts";
import { useMayWrite } from "../../api/use-may-write.ts";
import { formatNumber } from "../../i18n/format.ts";
import { type MessageKey, t } from "../../i18n/t.ts";
import { useCommand } from "../../keys/commands.ts";
import { openRail } from "../../lib/frame-state.ts";
import { FIRST_PLACE, type Place } from "../../lib/places.ts";
import { useGo } from "../../lib/use-go.ts";
import { IconButton } from "../../ui/button.tsx";
import { Menu } from "../../ui/floating.tsx";
import { LabelDot } from "../../ui/label-chip.tsx";
import { SearchField } from "./search-field.tsx";
import { type Sort, sortsOf } from "./sorts.ts";
import { closes, lazyPart } from "../../ui/lazy-part.tsx";

const SaveSearchDialog = lazyPart(async () => (await import("./search-dialogs.tsx")).SaveSearchDialog, closes);
const DeleteSearch = lazyPart(async () => (await import("./search-dialogs.tsx")).DeleteSearch, closes);

const SORT_WORDS: Record<Sort, MessageKey> = {
  relevance: "sort.bestMatch",
  "-updated_at": "sort.newestActivity",
  updated_at: "sort.oldestActivity",
  "-created_at": "sort.newest",
  created_at: "sort.oldest",
  "user_id,-updated_at": "sort.assignee",
};

export interface ListHeaderProps {
  place: Place;
  /** How many there are; null while that is not known. */
  total: number | null;
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** The bar of the selected tickets lies over it. */
  covered: boolean;
}

/** Where one leaves a search to: the list that it was begun in. */
let cameFrom: Place = FIRST_PLACE;

/** What list it is and how many it holds; its order, and the way to search. */
export function ListHeader({ place, total, sort, onSort, covered }: ListHeaderProps) {
  const go = useGo();
  const isSearch = place.kind === "search";
  const [searching, setSearching] = useState(isSearch);
  const [wish, setWish] = useState(isSearch && place.q === "" ? 1 : 0);
  const focusSearch = (): void => {
    setSearching(true);
    setWish((count) => count + 1);
  };
  useCommand("search.focus", focusSearch, { first: true });
  const title = usePlaceName(place);
  const sortMenu = (
    <Menu
      label={t("sort.label")}
      align="end"
      // oxlint-disable-next-line react/no-unstable-nested-components -- a function that draws, no component
      trigger={(props) => <IconButton icon={ArrowUpDown} label={t("sort.label")} {...props} />}
      items={sortsOf(place).map((each) => ({
        label: t(SORT_WORDS[each]),
        checked: each === sort,
        onSelect: () => onSort(each),
      }))}
    />
  );
  return (
    <header inert={covered} className="shrink-0 border-b border-line">
      <div className="flex h-12 items-center gap-1 px-2 pointer-coarse:h-14">
        <IconButton
          icon={MenuIcon}
          label={t("frame.navigation")}
          onClick={() => openRail(true)}
          className="wide:hidden"
        />
        {searching ? (
          <>
            <h1 className="sr-only">{title}</h1>
            <SearchField
              start={isSearch ? place.q : ""}
              focus={wish}
              onSearch={(q) => {
                if (!isSearch) cameFrom = place;
                if (q === "") return;
                go.place({ kind: "search", q }, isSearch);
              }}
              onLeave={() => (isSearch ? go.place(cameFrom) : setSearching(false))}
            />
          </>
        ) : (
          <>
            <h1 dir="auto" className="flex min-w-0 flex-1 items-center gap-2 px-2 text-start font-semibold">
              <PlaceDot place={place} />
              <span className="min-w-0 truncate">{title}</span>
              {total !== null && (
                <span className="font-normal text-muted tabular-nums">
                  <span aria-hidden>{formatNumber(total)}</span>
                  <span className="sr-only">{t("list.count", { count: total })}</span>
                </span>
              )}
            </h1>
            {place.kind === "saved" && <SavedSearchMenu id={place.id} />}
            {sortMenu}
            <IconButton icon={Search} label={t("command.search")} command="search.focus" onClick={focusSearch} />
          </>
        )}
      </div>
      {isSearch && place.q !== "" && (
        <div className="flex h-9 items-center gap-1 px-4 pe-2 pb-1 text-sm pointer-coarse:h-12">
          <p role="status" className="min-w-0 flex-1 truncate text-muted tabular-nums">
            {total === null ? "" : t("search.count", { count: total })}
          </p>
          <SaveSearch query={place.q} />
          {sortMenu}
        </div>
      )}
    </header>
  );
}

/** What a list is called. */
export function usePlaceName(place: Place): string {
  const { data: inboxes } = useQuery({ ...inboxesQuery, enabled: place.kind === "inbox" });
  const { data: labels } = useQuery({ ...labelsQuery, enabled: place.kind === "label" });
  const { data: searches } = useQuery({ ...savedSearchesQuery, enabled: place.kind === "saved" });
  if (place.kind === "folder") return t(`folder.${place.folder}`);
  if (place.kind === "search") return t("search.title");
  const named = { inbox: inboxes, label: labels, saved: searches }[place.kind];
  return named?.find(({ id }) => id === place.id)?.name ?? t("list.label");
}

function PlaceDot({ place }: { place: Place }) {
  const { data: labels } = useQuery({ ...labelsQuery, enabled: place.kind === "label" });
  const label = place.kind === "label" ? labels?.find(({ id }) => id === place.id) : undefined;
  return label === undefined ? null : <LabelDot color={label.color} />;
}

function SaveSearch({ query }: { query: string }) {
  const [open, setOpen] = useState(false);
  const go = useGo();
  if (!useMayWrite()) return null;
  return (
    <>
      <IconButton icon={Star} label={t("search.save")} onClick={() => setOpen(true)} />
      {open && (
        <SaveSearchDialog
          search={{ query }}
          onClose={() => setOpen(false)}
          onSaved={({ id }) => go.place({ kind: "saved", id })}
        />
      )}
    </>
  );
}

function SavedSearchMenu({ id }: { id: string }) {
  const { data: searches } = useQuery(savedSearchesQuery);
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const go = useGo();
  const may = useMayWrite();
  const search: SavedSearch | undefined = searches?.find((each) => each.id === id);
  if (search === undefined || !may) return null;
  const close = (): void => setOpen(null);
  return (
    <>
      <Menu
        label={t("search.menu")}
        align="end"
        // oxlint-disable-next-line react/no-unstable-nested-components -- a function that draws, no component
        trigger={(props) => <IconButton icon={Ellipsis} label={t("search.menu")} {...props} />}
        items={[
          { label: t("search.edit"), icon: Pencil, onSelect: () => setOpen("edit") },
          { label: t("search.refine"), icon: Search, onSelect: () => go.place({ kind: "search", q: search.query }) },
          { label: t("search.delete"), icon: Trash2, danger: true, onSelect: () => setOpen("delete") },
        ]}
      />
      {open === "edit" && <SaveSearchDialog search={search} onClose={close} onSaved={close} />}
      {open === "delete" && (
        <DeleteSearch search={search} onClose={close} onDeleted={() => go.place(FIRST_PLACE, true)} />
      )}
    </>
  );
}
