import { Plus, X } from "lucide-react";
import { useRef, useState } from "react";
import { ApiError } from "../../api/errors.ts";
import { customerName } from "../../api/names.ts";
import { findHolder } from "../../api/queries/customers.ts";
import type { Customer } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { FormField, Input, Select, Textarea } from "../../ui/field.tsx";
import { CONTACT_TYPES, type ContactType, type Edited, type EditedContact } from "./edited.ts";
import { type Faults, NO_FAULTS, faultsOf } from "./faults.ts";
import { nameOf } from "./name-of.ts";

interface FormProps {
  edited: Edited;
  onEdit: (edited: Edited) => void;
  /** Throws `ApiError`: what is wrong is shown at its field. */
  onSave: () => Promise<void>;
  onCancel: () => void;
  action: string;
  /** Offered where another customer has a contact. Not for one that is being made. */
  onMerge?: (holder: Customer) => void;
}

/** Name, contacts and summary of a customer, as a form. */
export function CustomerForm({ edited, onEdit, onSave, onCancel, action, onMerge }: FormProps) {
  const [faults, setFaults] = useState<Faults>(NO_FAULTS);
  const [holders, setHolders] = useState<ReadonlyMap<string, Customer>>(new Map());
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const save = async (): Promise<void> => {
    setBusy(true);
    setFaults(NO_FAULTS);
    try {
      await onSave();
    } catch (error) {
      const found = faultsIn(error, edited.contacts);
      setFaults(found);
      setBusy(false);
      setHolders(await holdersOf(found, edited.contacts));
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
    }
  };
  const setText = (name: "first_name" | "last_name" | "summary", value: string): void =>
    onEdit({ ...edited, [name]: value });
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Ctrl+Enter of the fields inside saves
    <form
      ref={form}
      noValidate
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void save();
      }}
      onKeyDown={(event) => {
        if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !busy) void save();
      }}
    >
      <div className="grid grid-cols-2 gap-2">
        <FormField label={t("customer.firstName")}>
          <Input
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- one has just pressed the button to write here
            autoFocus
            dir="auto"
            maxLength={200}
            value={edited.first_name}
            onChange={({ target }) => setText("first_name", target.value)}
          />
        </FormField>
        <FormField label={t("customer.lastName")}>
          <Input
            dir="auto"
            maxLength={200}
            value={edited.last_name}
            onChange={({ target }) => setText("last_name", target.value)}
          />
        </FormField>
      </div>
      <Contacts
        contacts={edited.contacts}
        faults={faults}
        holders={holders}
        onChange={(contacts) => onEdit({ ...edited, contacts })}
        {...(onMerge !== undefined && { onMerge })}
      />
      <FormField label={t("customer.summary")} hint={t("customer.summaryHint")}>
        <Textarea
          dir="auto"
          rows={3}
          maxLength={10_000}
          value={edited.summary}
          onChange={({ target }) => setText("summary", target.value)}
        />
      </FormField>
      {faults.others.length > 0 && (
        <ul role="alert" className="text-sm text-danger-ink">
          {faults.others.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" busy={busy}>
          {action}
        </Button>
        <Button onClick={onCancel}>{t("action.cancel")}</Button>
      </div>
    </form>
  );
}

function faultsIn(error: unknown, contacts: readonly EditedContact[]): Faults {
  if (error instanceof ApiError && error.isStale) return { ...NO_FAULTS, others: [t("customer.changed")] };
  if (error instanceof ApiError && error.errors.length > 0) return faultsOf(error.errors, contacts);
  return { ...NO_FAULTS, others: [error instanceof Error ? error.message : t("error.unknown")] };
}

/** Who has the contacts that are refused: the two may be one person. */
async function holdersOf({ used }: Faults, contacts: readonly EditedContact[]): Promise<ReadonlyMap<string, Customer>> {
  const asked = contacts.filter(({ key }) => used.includes(key));
  const found = await Promise.all(
    asked.map(async (contact) => [contact.key, await findHolder(contact).catch(() => null)] as const),
  );
  return new Map(found.flatMap(([key, holder]) => (holder === null ? [] : [[key, holder] as const])));
}

interface ContactsProps {
  contacts: readonly EditedContact[];
  faults: Faults;
  holders: ReadonlyMap<string, Customer>;
  onChange: (contacts: readonly EditedContact[]) => void;
  onMerge?: (holder: Customer) => void;
}

let lastKey = 0;

function Contacts({ contacts, faults, holders, onChange, onMerge }: ContactsProps) {
  const list = useRef<HTMLFieldSetElement>(null);
  const add = (): void => {
    lastKey += 1;
    onChange([...contacts, { key: `new ${lastKey}`, type: "email", value: "" }]);
    requestAnimationFrame(() => [...(list.current?.querySelectorAll("input") ?? [])].at(-1)?.focus());
  };
  const remove = (key: string): void => {
    onChange(contacts.filter((each) => each.key !== key));
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>("[data-add]")?.focus());
  };
  return (
    <fieldset ref={list} className="flex flex-col gap-2">
      <legend className="pb-1 text-sm font-medium">{t("customer.contacts")}</legend>
      {contacts.map((contact, index) => {
        const holder = holders.get(contact.key);
        return (
          <ContactRow
            key={contact.key}
            contact={contact}
            at={index + 1}
            fault={
              holder !== undefined && faults.used.includes(contact.key)
                ? t("customer.fault.usedBy", { name: nameOf(holder) })
                : (faults.contacts.get(contact.key) ?? null)
            }
            onChange={(next) => onChange(contacts.map((each) => (each.key === contact.key ? next : each)))}
            onRemove={() => remove(contact.key)}
            merge={
              holder !== undefined && onMerge !== undefined && faults.used.includes(contact.key) ? (
                <Button size="small" kind="quiet" onClick={() => onMerge(holder)}>
                  {t("customer.mergeWith", { name: customerName(holder) })}
                </Button>
              ) : null
            }
          />
        );
      })}
      <Button data-add kind="quiet" size="small" icon={Plus} onClick={add} className="self-start">
        {t("customer.addContact")}
      </Button>
    </fieldset>
  );
}

function ContactRow({
  contact,
  at,
  fault,
  onChange,
  onRemove,
  merge,
}: {
  contact: EditedContact;
  at: number;
  fault: string | null;
  onChange: (contact: EditedContact) => void;
  onRemove: () => void;
  merge: React.ReactNode;
}) {
  const fault_id = `fault-${contact.key}`;
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center gap-1">
        <Select
          aria-label={t("customer.contactType", { at })}
          value={contact.type}
          onChange={({ target }) => onChange({ ...contact, type: target.value as ContactType })}
          className="w-20! shrink-0"
        >
          {CONTACT_TYPES.map((type) => (
            <option key={type} value={type}>
              {t(`customer.type.${type}`)}
            </option>
          ))}
        </Select>
        <Input
          aria-label={t("customer.contactValue", { at })}
          aria-invalid={fault === null ? undefined : true}
          aria-describedby={fault === null ? undefined : fault_id}
          type={contact.type === "email" ? "email" : contact.type === "phone" ? "tel" : "text"}
          autoComplete="off"
          spellCheck={false}
          dir="ltr"
          value={contact.value}
          onChange={({ target }) => onChange({ ...contact, value: target.value })}
        />
        <IconButton
          icon={X}
          size="small"
          label={t("customer.removeContact", { value: contact.value })}
          onClick={onRemove}
        />
      </div>
      {fault !== null && (
        <p id={fault_id} className="flex flex-wrap items-center gap-x-2 text-sm text-danger-ink">
          {fault}
          {merge}
        </p>
      )}
    </div>
  );
}
