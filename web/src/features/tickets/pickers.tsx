import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { userName } from "../../api/names.ts";
import { createLabel, inboxesQuery, labelsQuery, usersQuery } from "../../api/queries/folders.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import type { Id } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { useStore } from "../../lib/store.ts";
import { toastFailed } from "../../lib/toasts.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Combobox } from "../../ui/floating.tsx";
import { LabelDot } from "../../ui/label-chip.tsx";
import { SnoozePopover } from "../ticket/public/snooze-popover.tsx";
import { byName } from "../../i18n/by-name.ts";
import { type Picking, pickAnchor, picking } from "./picking.ts";
import { useBulk } from "./use-bulk.ts";

/** What is picked for the selected tickets, or for the row that has the focus: a colleague, labels, an inbox, a time. */
export function Pickers({ onClosed }: { onClosed: () => void }) {
  const shown = useStore(picking);
  if (shown === null) return null;
  const opened = {
    open: true,
    onOpenChange: (open: boolean) => {
      if (open) return;
      picking.set(null);
      onClosed();
    },
  };
  const props = { ...shown, opened };
  if (shown.kind === "assign") return <AssignPicker {...props} />;
  if (shown.kind === "label") return <LabelPicker {...props} />;
  if (shown.kind === "move") return <InboxPicker {...props} />;
  return <SnoozePicker {...props} />;
}

type Props = Picking & { opened: { open: boolean; onOpenChange: (open: boolean) => void } };

const NOBODY = "nobody";

function AssignPicker({ targets, rows, opened }: Props) {
  const { data: users = [] } = useQuery(usersQuery);
  const { data: session } = useQuery(sessionQuery);
  const bulk = useBulk();
  const me = session?.user.id;
  const people = [...users.filter(({ id }) => id === me), ...users.filter(({ id }) => id !== me)];
  const options = [
    { value: NOBODY, label: t("pick.nobody") },
    ...people.map((user) => ({
      value: user.id,
      label: user.id === me ? t("pick.me", { name: userName(user) }) : userName(user),
      words: user.email,
      before: <Avatar name={userName(user)} size="small" />,
    })),
  ];
  return (
    <Combobox
      label={t("command.assign")}
      placeholder={t("pick.assignee")}
      anchor={pickAnchor}
      opened={opened}
      options={options}
      value={common(rows.map(({ user_id }) => [user_id ?? NOBODY]))}
      onChange={([value]) => {
        const user = users.find(({ id }) => id === value);
        bulk.run({
          targets,
          changes: { user_id: user?.id ?? null },
          words: user === undefined ? "bulk.unassigned" : "bulk.assigned",
          name: user === undefined ? "" : userName(user),
        });
      }}
    />
  );
}

function LabelPicker({ targets, rows, opened }: Props) {
  const { data: labels = [] } = useQuery(labelsQuery);
  const client = useQueryClient();
  const bulk = useBulk();
  const [value, setValue] = useState(() => common(rows.map(({ label_ids }) => label_ids)));
  const set = (id: Id, name: string, on: boolean): void =>
    bulk.run({
      targets,
      changes: on ? { add_label_ids: [id] } : { remove_label_ids: [id] },
      words: on ? "bulk.labelled" : "bulk.unlabelled",
      name,
      keepSelection: true,
    });
  const create = async (name: string): Promise<void> => {
    try {
      const label = await createLabel({ name });
      await client.invalidateQueries({ queryKey: labelsQuery.queryKey });
      set(label.id, label.name, true);
    } catch (error) {
      toastFailed(t("label.createFailed"), error);
    }
  };
  return (
    <Combobox
      multiple
      label={t("command.label")}
      placeholder={t("pick.label")}
      anchor={pickAnchor}
      opened={opened}
      options={byName(labels).map(({ id, name, color }) => ({
        value: id,
        label: name,
        before: <LabelDot color={color} />,
      }))}
      value={value}
      onChange={(next) => {
        for (const { id, name } of labels) {
          if (next.includes(id) !== value.includes(id)) set(id, name, next.includes(id));
        }
        setValue(next);
      }}
      onCreate={(name) => void create(name)}
    />
  );
}

function InboxPicker({ targets, rows, opened }: Props) {
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const bulk = useBulk();
  return (
    <Combobox
      label={t("command.move")}
      placeholder={t("pick.inbox")}
      anchor={pickAnchor}
      opened={opened}
      options={byName(inboxes).map(({ id, name, address }) => ({ value: id, label: name, words: address ?? "" }))}
      value={common(rows.map(({ inbox_id }) => [inbox_id]))}
      onChange={([value]) => {
        const inbox = inboxes.find(({ id }) => id === value);
        if (inbox === undefined) return;
        bulk.run({ targets, changes: { inbox_id: inbox.id }, words: "bulk.moved", name: inbox.name });
      }}
    />
  );
}

function SnoozePicker({ targets, opened }: Props) {
  const bulk = useBulk();
  return (
    <SnoozePopover
      anchor={pickAnchor}
      opened={opened}
      onChoose={(until) =>
        bulk.run({
          targets,
          // The API's times have no parts of a second.
          changes: { snoozed_until: `${until.toISOString().slice(0, 19)}Z` },
          words: "bulk.snoozed",
        })
      }
    />
  );
}

/** What all of them have. */
function common(each: readonly (readonly string[])[]): string[] {
  const [first = [], ...others] = each;
  return first.filter((value) => others.every((values) => values.includes(value)));
}
