import { Ellipsis, Merge, Pencil, UserRound } from "lucide-react";
import { useRef, useState } from "react";
import { customerKeys, changeCustomer } from "../../api/queries/customers.ts";
import { ticketKeys } from "../../api/queries/tickets.ts";
import { useMayWrite } from "../../api/use-may-write.ts";
import { queryClient } from "../../api/query-client.ts";
import type { Customer } from "../../api/types.ts";
import { relativeTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { toastDone } from "../../lib/toasts.ts";
import { useGo } from "../../lib/use-go.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Menu } from "../../ui/floating.tsx";
import { tipProps } from "../../ui/tip.ts";
import { Contacts } from "./contacts.tsx";
import { CustomerForm } from "./customer-form.tsx";
import { changesOf, editedOf, sameEdited, unsaved } from "./edited.ts";
import { nameOf } from "./name-of.ts";
import { closes, lazyPart } from "../../ui/lazy-part.tsx";

const MergeCustomersDialog = lazyPart(
  async () => (await import("./merge-customers-dialog.tsx")).MergeCustomersDialog,
  closes,
);

/** A longer name may not be seen whole. */
const CLAMPED = 45;

/** Who a customer is, changed where it stands. */
export function CustomerCard({ customer, heading, link }: { customer: Customer; heading: "h1" | "h2"; link: boolean }) {
  const may = useMayWrite();
  const [editing, setEditing] = useState(() => unsaved.has(customer.id));
  const [merging, setMerging] = useState<{ with: Customer | null } | null>(null);
  const editButton = useRef<HTMLButtonElement>(null);
  const done = (): void => {
    unsaved.delete(customer.id);
    setEditing(false);
    requestAnimationFrame(() => editButton.current?.focus());
  };
  return (
    <div className="flex flex-col gap-3">
      <Head
        customer={customer}
        heading={heading}
        link={link}
        editButton={editButton}
        onEdit={may && !editing ? () => setEditing(true) : null}
        onMerge={may ? () => setMerging({ with: null }) : null}
      />
      {editing ? (
        <EditForm customer={customer} onDone={done} onMerge={(holder) => setMerging({ with: holder })} />
      ) : (
        <>
          <Contacts contacts={customer.contacts} />
          {customer.summary !== null && (
            <p className="text-sm break-words whitespace-pre-wrap" dir="auto">
              {customer.summary}
            </p>
          )}
        </>
      )}
      {merging !== null && (
        <MergeCustomersDialog customer={customer} start={merging.with} onClose={() => setMerging(null)} />
      )}
    </div>
  );
}

function Head({
  customer,
  heading: Heading,
  link,
  editButton,
  onEdit,
  onMerge,
}: {
  customer: Customer;
  heading: "h1" | "h2";
  link: boolean;
  editButton: React.RefObject<HTMLButtonElement | null>;
  onEdit: (() => void) | null;
  onMerge: (() => void) | null;
}) {
  const go = useGo();
  const name = nameOf(customer);
  const items = [
    ...(link
      ? [{ label: t("customer.open"), icon: UserRound, onSelect: () => go.to(`/customers/${customer.id}`) }]
      : []),
    ...(onMerge === null ? [] : [{ label: t("customerMerge.menu"), icon: Merge, onSelect: onMerge }]),
  ];
  return (
    <div className="flex items-start gap-3">
      <Avatar name={name} size="large" />
      <div className="min-w-0 flex-1 self-center">
        <Heading
          className="line-clamp-3 font-semibold [overflow-wrap:anywhere]"
          {...(name.length > CLAMPED && tipProps({ tip: name }))}
        >
          <bdi>{name}</bdi>
        </Heading>
        {customer.created_at !== undefined && (
          <p className="text-xs text-muted">{t("customer.since", { when: relativeTime(customer.created_at) })}</p>
        )}
      </div>
      <div className="-me-1.5 flex shrink-0">
        {onEdit !== null && (
          <IconButton ref={editButton} icon={Pencil} size="small" label={t("customer.edit")} onClick={onEdit} />
        )}
        {items.length > 0 && (
          <Menu
            label={t("customer.more", { name })}
            align="end"
            items={items}
            trigger={(props) => (
              <IconButton icon={Ellipsis} size="small" label={t("customer.more", { name })} {...props} />
            )}
          />
        )}
      </div>
    </div>
  );
}

function EditForm({
  customer,
  onDone,
  onMerge,
}: {
  customer: Customer;
  onDone: () => void;
  onMerge: (holder: Customer) => void;
}) {
  const [before] = useState(() => editedOf(customer));
  const [edited, setEdited] = useState(() => unsaved.get(customer.id) ?? before);
  // What one has read: a change by somebody else since then is not written over unseen. Saving again means it.
  const [version, setVersion] = useState(customer.version);
  const save = async (): Promise<void> => {
    if (!sameEdited(edited, before)) {
      try {
        await changeCustomer(customer.id, changesOf(edited), version);
      } catch (error) {
        setVersion(undefined);
        throw error;
      }
      const takeBack = async (): Promise<void> => {
        await changeCustomer(customer.id, changesOf(before));
        refresh(customer);
      };
      toastDone(t("customer.saved"), takeBack);
      refresh(customer);
    }
    onDone();
  };
  return (
    <CustomerForm
      edited={edited}
      onEdit={(next) => {
        setEdited(next);
        if (sameEdited(next, before)) unsaved.delete(customer.id);
        else unsaved.set(customer.id, next);
      }}
      onSave={save}
      onCancel={onDone}
      onMerge={onMerge}
      action={t("action.save")}
    />
  );
}

function refresh({ id }: Customer): void {
  for (const queryKey of [customerKeys.one(id), customerKeys.lists, ticketKeys.lists]) {
    void queryClient.invalidateQueries({ queryKey });
  }
}
