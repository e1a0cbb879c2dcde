import { useState } from "react";
import { ApiError } from "../../api/errors.ts";
import { queryClient } from "../../api/query-client.ts";
import { changeSavedSearch, deleteSavedSearch, saveSearch, savedSearchesQuery } from "../../api/queries/folders.ts";
import type { SavedSearch } from "../../api/types.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FormField, Input, Switch } from "../../ui/field.tsx";

const STALE = [savedSearchesQuery.queryKey, ["folders"]] as const;

/** Keeps a search under a name, for oneself or for all; or changes one that is kept. */
export function SaveSearchDialog({
  search,
  onClose,
  onSaved,
}: {
  search: { query: string } | SavedSearch;
  onClose: () => void;
  onSaved: (saved: SavedSearch) => void;
}) {
  const existing = "id" in search ? search : null;
  const [name, setName] = useState(existing?.name ?? "");
  const [query, setQuery] = useState(search.query);
  const [shared, setShared] = useState(existing?.shared ?? false);
  const [error, setError] = useState<{ of: "name" | "query"; text: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    if (name.trim() === "" || query.trim() === "") {
      setError({
        of: name.trim() === "" ? "name" : "query",
        text: t(name.trim() === "" ? "search.nameMissing" : "search.queryMissing"),
      });
      return;
    }
    setBusy(true);
    try {
      const wanted = { name: name.trim(), query: query.trim(), shared };
      const saved = existing === null ? await saveSearch(wanted) : await changeSavedSearch(existing.id, wanted);
      await Promise.all(STALE.map(async (queryKey) => await queryClient.invalidateQueries({ queryKey })));
      onSaved(saved);
    } catch (failure) {
      const text = failure instanceof ApiError ? (failure.errors[0] ?? failure.message) : t("error.unknown");
      setError({ of: text.startsWith("query") ? "query" : "name", text });
      setBusy(false);
    }
  };
  const form = "save-search";
  return (
    <Dialog
      open
      onClose={onClose}
      size="small"
      title={t(existing === null ? "search.save" : "search.edit")}
      actions={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" form={form} busy={busy}>
            {t("action.save")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <FormField label={t("search.name")} error={error?.of === "name" ? error.text : null}>
          <Input data-autofocus value={name} maxLength={200} onChange={({ target }) => setName(target.value)} />
        </FormField>
        <FormField label={t("search.query")} error={error?.of === "query" ? error.text : null}>
          <Input dir="auto" value={query} maxLength={1000} onChange={({ target }) => setQuery(target.value)} />
        </FormField>
        <Switch
          label={t("search.shared")}
          hint={t("search.sharedHint")}
          checked={shared}
          onChange={({ target }) => setShared(target.checked)}
        />
      </form>
    </Dialog>
  );
}

export function DeleteSearch({
  search,
  onClose,
  onDeleted,
}: {
  search: SavedSearch;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const remove = useChange<void>({
    send: async () => await deleteSavedSearch(search.id),
    done: () => ({
      text: t("search.deleted", { name: search.name }),
      undo: async () => {
        const { name, query, shared } = search;
        await saveSearch({ name, query, shared });
        await queryClient.invalidateQueries({ queryKey: savedSearchesQuery.queryKey });
      },
    }),
    failed: t("search.deleteFailed"),
    stale: STALE,
  });
  return (
    <Confirm
      open
      title={t("search.delete")}
      text={t(search.shared ? "search.deleteShared" : "search.deleteText", { name: search.name })}
      action={t("search.delete")}
      busy={remove.running}
      onClose={onClose}
      onConfirm={() => remove.run(undefined, { onSuccess: onDeleted, onError: onClose })}
    />
  );
}
