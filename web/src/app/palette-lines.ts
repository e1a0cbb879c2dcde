import { useQuery } from "@tanstack/react-query";
import { inboxesQuery, labelsQuery, savedSearchesQuery } from "../api/queries/folders.ts";
import { t } from "../i18n/t.ts";
import { BINDINGS, COMMAND_IDS } from "../keys/bindings.ts";
import { commands, runCommand } from "../keys/commands.ts";
import type { PaletteItem } from "../keys/palette-sources.ts";
import { FOLDERS, type Place } from "../lib/places.ts";
import { readRecent } from "../lib/recent-tickets.ts";
import { useStore } from "../lib/store.ts";
import { FIRST_PLACE } from "../lib/places.ts";
import { useGo } from "../lib/use-go.ts";

export interface Line extends PaletteItem {
  keys?: string;
}

/** The commands that the screens take now, the places, and the tickets opened last. */
export function useOwnLines(words: string): readonly Line[] {
  const go = useGo();
  const registered = useStore(commands);
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const { data: labels = [] } = useQuery(labelsQuery);
  const { data: searches = [] } = useQuery(savedSearchesQuery);
  const to = (id: string, label: string, hint: string, place: Place): Line => ({
    id,
    label,
    hint,
    run: () => go.place(place),
  });
  const lines: Line[] = [
    ...COMMAND_IDS.filter((id) => id !== "palette.open" && registered.has(id)).map((id) => ({
      id: `command ${id}`,
      label: t(BINDINGS[id].label),
      keys: BINDINGS[id].keys[0],
      run: () => void runCommand(id),
    })),
    ...FOLDERS.map((folder) =>
      to(`folder ${folder}`, t(`folder.${folder}`), t("palette.folder"), { kind: "folder", folder }),
    ),
    ...inboxes.map(({ id, name }) => to(`inbox ${id}`, name, t("palette.inbox"), { kind: "inbox", id })),
    ...searches.map(({ id, name }) => to(`search ${id}`, name, t("palette.search"), { kind: "saved", id })),
    ...labels.map(({ id, name }) => to(`label ${id}`, name, t("palette.label"), { kind: "label", id })),
    { id: "customers", label: t("frame.customers"), run: () => go.to("/customers") },
    { id: "settings", label: t("frame.settings"), run: () => go.to("/settings") },
    ...readRecent().map(({ id, subject, number }) => ({
      id: `ticket ${id}`,
      label: subject,
      hint: `#${number}`,
      run: () => go.ticket(FIRST_PLACE, id),
    })),
  ];
  return words.trim() === "" ? lines : ranked(lines, words);
}

/** Lines that hold every word, those that begin with the words first. */
function ranked(lines: readonly Line[], words: string): Line[] {
  const wanted = fold(words).split(/\s+/).filter(Boolean);
  const found = lines.filter(({ label, hint = "" }) => wanted.every((word) => fold(`${label} ${hint}`).includes(word)));
  const starts = ({ label }: Line): number => (fold(label).startsWith(fold(words).trim()) ? 0 : 1);
  return found.toSorted((one, other) => starts(one) - starts(other));
}

function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
