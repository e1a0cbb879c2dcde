import type { customers as english } from "../en/customers.ts";
import type { Translated } from "../plural.ts";

export const customers: Translated<typeof english> = {
  "customers.search": "Kunden suchen",
};
