import type { Messages } from "../plural.ts";

/** The screens of customers. Loaded with them. */
export const customers = {
  "customers.search": "Search customers",
} as const satisfies Messages;
