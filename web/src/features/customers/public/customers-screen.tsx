import { t } from "../../../i18n/t.ts";
import { EmptyState } from "../../../ui/states.tsx";

/** All customers. */
export function CustomersScreen() {
  return (
    <div className="flex-1 overflow-y-auto">
      <EmptyState title={t("frame.customers")} />
    </div>
  );
}
