import { t } from "../../../i18n/t.ts";
import { EmptyState } from "../../../ui/states.tsx";

/** One customer. */
export function CustomerScreen() {
  return (
    <div className="flex-1 overflow-y-auto">
      <EmptyState title={t("frame.customer")} />
    </div>
  );
}
