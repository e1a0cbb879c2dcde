// Longer than most: four groups of links that are alike, side by side.
import { useQuery } from "@tanstack/react-query";
import {
  AtSign,
  CircleCheck,
  Clock,
  Inbox,
  Layers,
  type LucideIcon,
  Mails,
  PanelLeft,
  Pause,
  PenLine,
  Plus,
  Search,
  Settings,
  ShieldAlert,
  SquarePen,
  Trash2,
  User,
  Users,
} from "lucide-react";
import { useState } from "react";
import { folderCountsQuery, inboxesQuery, labelsQuery, savedSearchesQuery } from "../../../api/queries/folders.ts";
import { sessionQuery } from "../../../api/queries/session.ts";
import type { Id } from "../../../api/types.ts";
import { useMayWrite } from "../../../api/use-may-write.ts";
import { t } from "../../../i18n/t.ts";
import { commands, runCommand } from "../../../keys/commands.ts";
import { cx } from "../../../lib/class-names.ts";
import { openRail } from "../../../lib/frame-state.ts";
import { FOLDERS, type Folder } from "../../../lib/places.ts";
import { useStore } from "../../../lib/store.ts";
import { useGo } from "../../../lib/use-go.ts";
import { usePanes } from "../../../lib/use-panes.ts";
import { initials } from "../../../ui/avatar.tsx";
import { IconButton } from "../../../ui/button.tsx";
import { Icon } from "../../../ui/icon.tsx";
import { LabelDot } from "../../../ui/label-chip.tsx";
import { byName } from "../../../i18n/by-name.ts";
import { PersonMenu } from "../person-menu.tsx";
import { PlaceLink, RailGroup, ScreenLink } from "../rail-links.tsx";
import { closes, lazyPart } from "../../../ui/lazy-part.tsx";

const LabelDialog = lazyPart(async () => (await import("../label-dialog.tsx")).LabelDialog, closes);
const SaveSearchDialog = lazyPart(async () => (await import("../search-dialogs.tsx")).SaveSearchDialog, closes);

const ICONS: Record<Folder, LucideIcon> = {
  unassigned: Inbox,
  mine: User,
  mentions: AtSign,
  drafts: PenLine,
  snoozed: Clock,
  closed: CircleCheck,
  hold: Pause,
  all: Layers,
  spam: ShieldAlert,
  trash: Trash2,
};

/** Folders whose number says that something waits. Of the others it would only say how large they are. */
const COUNTED: ReadonlySet<Folder> = new Set(["unassigned", "mine", "mentions", "drafts", "snoozed", "hold", "spam"]);

/** Folders, inboxes, labels and saved searches with what waits in them. `small`: icons only. */
export function Rail({ small }: { small: boolean }) {
  const { data: session } = useQuery(sessionQuery);
  const [dialog, setDialog] = useState<"label" | "search" | null>(null);
  const { toggleRail } = usePanes();
  const go = useGo();
  const close = (): void => setDialog(null);
  return (
    <nav
      aria-label={t("frame.navigation")}
      className={cx(
        "flex h-full shrink-0 flex-col border-e border-line bg-ground-low max-wide:w-full print:hidden",
        small ? "w-13" : "w-56",
      )}
    >
      <div className={cx("flex shrink-0 items-center gap-1 px-2", small ? "flex-col pt-2" : "h-12")}>
        {!small && (
          <p dir="auto" className="min-w-0 flex-1 truncate px-2 text-start font-semibold">
            {session?.account.name ?? ""}
          </p>
        )}
        <IconButton
          icon={PanelLeft}
          label={t("frame.toggleRail")}
          aria-expanded={!small}
          onClick={toggleRail}
          className="max-wide:hidden aria-expanded:bg-transparent rtl:-scale-x-100"
        />
        <NewTicket />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        <Folders small={small} />
        <Inboxes small={small} />
        <Labels small={small} onCreate={() => setDialog("label")} />
        <Searches small={small} onCreate={() => setDialog("search")} />
      </div>
      <ul className="shrink-0 border-t border-line px-2 pt-2">
        <ScreenLink small={small} to="/customers" icon={Users} label={t("frame.customers")} />
        <ScreenLink small={small} to="/settings" icon={Settings} label={t("frame.settings")} />
      </ul>
      <div className="shrink-0 p-2">
        <PersonMenu small={small} />
      </div>
      {dialog === "label" && (
        <LabelDialog
          onClose={close}
          onCreated={({ id }) => {
            close();
            go.place({ kind: "label", id });
          }}
        />
      )}
      {dialog === "search" && (
        <SaveSearchDialog
          search={{ query: "" }}
          onClose={close}
          onSaved={({ id }) => {
            close();
            go.place({ kind: "saved", id });
          }}
        />
      )}
    </nav>
  );
}

/** Shown where a screen can make one. */
function NewTicket() {
  const can = useStore(commands).has("ticket.create");
  if (!can) return null;
  const start = (): void => {
    openRail(false);
    // After the rail over the screen has given the focus back.
    setTimeout(() => runCommand("ticket.create"));
  };
  return <IconButton icon={SquarePen} label={t("command.newTicket")} command="ticket.create" onClick={start} />;
}

function Folders({ small }: { small: boolean }) {
  const { data: counts } = useQuery(folderCountsQuery);
  return (
    <ul>
      {FOLDERS.map((folder) => (
        <PlaceLink
          key={folder}
          small={small}
          place={{ kind: "folder", folder }}
          label={t(`folder.${folder}`)}
          count={COUNTED.has(folder) ? counts?.[folder] : undefined}
        >
          <Icon icon={ICONS[folder]} />
        </PlaceLink>
      ))}
    </ul>
  );
}

function Inboxes({ small }: { small: boolean }) {
  const { data: session } = useQuery(sessionQuery);
  const { data: counts } = useQuery(folderCountsQuery);
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const within = session?.user.inbox_ids ?? null;
  const visible = inboxes.filter(({ id }) => within === null || within.includes(id));
  return (
    <RailGroup name="inboxes" heading={t("rail.inboxes")} small={small} empty={t("rail.noInboxes")}>
      {byName(visible).map(({ id, name }) => (
        <PlaceLink
          key={id}
          small={small}
          place={{ kind: "inbox", id }}
          label={name}
          count={countOf(counts?.inboxes, id)}
        >
          {small ? <Initial name={name} /> : <Icon icon={Mails} />}
        </PlaceLink>
      ))}
    </RailGroup>
  );
}

/** Inboxes without their names are told apart by the first letter. */
function Initial({ name }: { name: string }) {
  return (
    <span className="grid size-5 place-items-center rounded-sm border border-edge text-[11px] font-semibold">
      {initials(name).slice(0, 1)}
    </span>
  );
}

function Labels({ small, onCreate }: { small: boolean; onCreate: () => void }) {
  const { data: counts } = useQuery(folderCountsQuery);
  const { data: labels = [] } = useQuery(labelsQuery);
  const add = useMayWrite() && <IconButton icon={Plus} size="small" label={t("label.create")} onClick={onCreate} />;
  return (
    <RailGroup name="labels" heading={t("rail.labels")} small={small} action={add} empty={t("rail.noLabels")}>
      {byName(labels).map(({ id, name, color }) => (
        <PlaceLink
          key={id}
          small={small}
          place={{ kind: "label", id }}
          label={name}
          count={countOf(counts?.labels, id)}
        >
          <span className="grid size-4 shrink-0 place-items-center">
            <LabelDot color={color} />
          </span>
        </PlaceLink>
      ))}
    </RailGroup>
  );
}

function Searches({ small, onCreate }: { small: boolean; onCreate: () => void }) {
  const { data: counts } = useQuery(folderCountsQuery);
  const { data: searches = [] } = useQuery(savedSearchesQuery);
  const add = useMayWrite() && <IconButton icon={Plus} size="small" label={t("search.save")} onClick={onCreate} />;
  return (
    <RailGroup name="searches" heading={t("rail.searches")} small={small} action={add} empty={t("rail.noSearches")}>
      {byName(searches).map(({ id, name }) => (
        <PlaceLink
          key={id}
          small={small}
          place={{ kind: "saved", id }}
          label={name}
          count={counts?.searches.find((each) => each.id === id)?.count}
        >
          <Icon icon={Search} />
        </PlaceLink>
      ))}
    </RailGroup>
  );
}

function countOf(counts: readonly { id: Id; open: number }[] | undefined, id: Id): number | undefined {
  return counts?.find((each) => each.id === id)?.open;
}
