import { useInfiniteQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useState } from "react";
import { customerKeys, customersQuery, mergeCustomers } from "../../api/queries/customers.ts";
import { ticketKeys, undo } from "../../api/queries/tickets.ts";
import type { Customer, Id } from "../../api/types.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import { useDebounced } from "../../lib/use-debounced.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { nameOf } from "./name-of.ts";

/** Chooses the customer who is the same person as this one. */
export function MergeCustomersDialog({
  customer,
  start = null,
  onClose,
}: {
  customer: Customer;
  /** Who is meant, when that is known. */
  start?: Customer | null;
  onClose: () => void;
}) {
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<Customer | null>(start);
  const q = useDebounced(words.trim(), 150);
  const found = useInfiniteQuery({ ...customersQuery(q), enabled: q !== "" });
  const others = q === "" ? [] : (found.data?.pages[0]?.customers ?? []).filter(({ id }) => id !== customer.id);
  const shown = chosen === null || others.some(({ id }) => id === chosen.id) ? others : [chosen, ...others];
  const merge = useMerging(customer);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("customerMerge.menu")}
      description={t("customerMerge.text", { name: nameOf(customer) })}
      actions={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button
            kind="primary"
            disabled={chosen === null}
            busy={merge.running}
            onClick={() => chosen !== null && merge.run(chosen, { onSuccess: onClose })}
          >
            {t("customerMerge.action")}
          </Button>
        </>
      }
    >
      <div className="relative">
        <Icon icon={Search} className="pointer-events-none absolute inset-y-0 start-2.5 my-auto text-muted" />
        <Input
          data-autofocus
          type="search"
          aria-label={t("customerMerge.search")}
          placeholder={t("customerMerge.search")}
          value={words}
          onChange={({ target }) => setWords(target.value)}
          className="ps-8"
        />
      </div>
      <div className="mt-3 h-64 overflow-y-auto">
        <fieldset>
          <legend className="sr-only">{t("customers.list")}</legend>
          {shown.map((other) => (
            <Choice key={other.id} customer={other} checked={other.id === chosen?.id} onChoose={setChosen} />
          ))}
        </fieldset>
        {shown.length === 0 && (
          <p role="status" className="py-3 text-sm text-muted">
            {found.isError
              ? found.error.message
              : q === "" || found.isPending
                ? t("customerMerge.hint")
                : t("customerMerge.nothing")}
          </p>
        )}
      </div>
    </Dialog>
  );
}

function useMerging(customer: Customer) {
  return useChange<Customer, Id | null>({
    send: async ({ id }) => await mergeCustomers(customer.id, [id]),
    done: (other, undoId) => ({
      text: t("customerMerge.done", { name: nameOf(other), into: nameOf(customer) }),
      ...(undoId !== null && { undo: async () => await undo(undoId) }),
    }),
    failed: t("customerMerge.failed"),
    stale: [customerKeys.one(customer.id), customerKeys.lists, ["ticket"], ticketKeys.lists],
  });
}

function Choice({
  customer,
  checked,
  onChoose,
}: {
  customer: Customer;
  checked: boolean;
  onChoose: (customer: Customer) => void;
}) {
  const name = nameOf(customer);
  const contacts = customer.contacts.map(({ value }) => value).join(", ");
  return (
    // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- its words stand deeper than the rule looks
    <label className="flex items-center gap-3 rounded px-2 py-1.5 hover:bg-ground-hover has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-focus pointer-coarse:min-h-11">
      <input
        type="radio"
        name="customer"
        checked={checked}
        onChange={() => onChoose(customer)}
        className="size-4 shrink-0 accent-accent focus-visible:outline-none"
      />
      <Avatar name={name} />
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="truncate" dir="auto">
          {name}
        </span>
        {contacts !== name && <span className="truncate text-sm text-muted">{contacts}</span>}
      </span>
    </label>
  );
}
