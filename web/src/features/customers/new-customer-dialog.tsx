import { useState } from "react";
import { createCustomer, customerKeys } from "../../api/queries/customers.ts";
import { queryClient } from "../../api/query-client.ts";
import type { Id } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { toastSaid } from "../../lib/toasts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { CustomerForm } from "./customer-form.tsx";
import { NOTHING_YET, changesOf } from "./edited.ts";

/** A customer who has not written yet. */
export function NewCustomerDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (id: Id) => void }) {
  const [edited, setEdited] = useState(NOTHING_YET);
  return (
    <Dialog open onClose={onClose} title={t("customers.new")}>
      <CustomerForm
        edited={edited}
        onEdit={setEdited}
        onSave={async () => {
          const { id } = await createCustomer(changesOf(edited));
          void queryClient.invalidateQueries({ queryKey: customerKeys.lists });
          toastSaid(t("customers.created"));
          onCreated(id);
        }}
        onCancel={onClose}
        action={t("customers.create")}
      />
    </Dialog>
  );
}
