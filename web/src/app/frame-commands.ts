import { useQuery } from "@tanstack/react-query";
import { inboxesQuery } from "../api/queries/folders.ts";
import { sessionQuery } from "../api/queries/session.ts";
import { t } from "../i18n/t.ts";
import { useCommand } from "../keys/commands.ts";
import type { Folder } from "../lib/places.ts";
import { toastFailed, toastSaid, undoLast } from "../lib/toasts.ts";
import { useGo } from "../lib/use-go.ts";
import { overlays } from "./overlays.ts";

/** The commands that are the same on every screen. */
export function useFrameCommands(): void {
  const go = useGo();
  const { data: inboxes } = useQuery(inboxesQuery);
  const { data: session } = useQuery(sessionQuery);
  const folder = (name: Folder) => () => go.place({ kind: "folder", folder: name });
  useCommand("palette.open", () => overlays.set((open) => (open === "palette" ? null : "palette")));
  useCommand("help.keys", () => overlays.set("keys"));
  useCommand("action.undo", () => {
    void undoNewest();
  });
  useCommand("go.unassigned", folder("unassigned"));
  useCommand("go.mine", folder("mine"));
  useCommand("go.snoozed", folder("snoozed"));
  useCommand("go.closed", folder("closed"));
  useCommand("go.inbox", () => {
    const [first] = inboxes ?? [];
    if (first !== undefined) go.place({ kind: "inbox", id: first.id });
  });
  const may = session !== undefined && session.user.role !== "read_only";
  useCommand("ticket.create", () => location.pathname !== "/new" && go.to("/new"), { enabled: may });
  useCommand("search.focus", () => go.place({ kind: "search", q: "" }));
}

async function undoNewest(): Promise<void> {
  try {
    if (!(await undoLast())) toastSaid(t("undo.nothing"));
  } catch (error) {
    toastFailed(t("undo.failed"), error);
  }
}
