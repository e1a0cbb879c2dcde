import { customerName } from "../../api/names.ts";
import type { Customer } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";

/** What a customer is called, also one without a name and contacts. */
export function nameOf(customer: Customer): string {
  return customerName(customer) || t("customer.noName");
}
