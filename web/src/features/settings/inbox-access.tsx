import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { inboxesQuery } from "../../api/queries/folders.ts";
import type { Id, Role } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { Checkbox } from "../../ui/field.tsx";

/** Which inboxes a person sees: all (null), or some. Who runs the help desk sees all of it. */
export function InboxAccess({
  role,
  value,
  error,
  onChange,
}: {
  role: Role;
  value: readonly Id[] | null;
  error: string | null;
  onChange: (value: Id[] | null) => void;
}) {
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const name = useId();
  if (role === "owner" || role === "admin") return <p className="text-sm text-muted">{t("people.seesAll")}</p>;
  const all = value === null;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-1 text-sm font-medium">{t("people.access")}</legend>
      <Choice name={name} label={t("people.allInboxes")} checked={all} onChoose={() => onChange(null)} />
      <Choice
        name={name}
        label={t("people.someInboxes")}
        checked={!all}
        onChoose={() => onChange(inboxes.map(({ id }) => id))}
      />
      {!all && (
        <div className="flex flex-col gap-2 ps-6">
          {inboxes.map((inbox) => (
            <Checkbox
              key={inbox.id}
              label={inbox.name}
              checked={value.includes(inbox.id)}
              onChange={(event) =>
                onChange(event.target.checked ? [...value, inbox.id] : value.filter((id) => id !== inbox.id))
              }
            />
          ))}
          {value.length === 0 && <p className="text-sm text-warn-ink">{t("people.noInbox")}</p>}
        </div>
      )}
      {error !== null && (
        <p role="alert" className="text-sm text-danger-ink">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function Choice({
  name,
  label,
  checked,
  onChoose,
}: {
  name: string;
  label: string;
  checked: boolean;
  onChoose: () => void;
}) {
  const id = useId();
  return (
    <div className="flex items-center gap-2 pointer-coarse:min-h-11">
      <input
        type="radio"
        id={id}
        name={name}
        checked={checked}
        onChange={onChoose}
        className="size-4 shrink-0 accent-accent"
      />
      <label htmlFor={id}>{label}</label>
    </div>
  );
}
