import type { Customer, User } from "./types.ts";

type Named = { first_name: string | null; last_name: string | null };

export function fullName({ first_name, last_name }: Named): string {
  return [first_name, last_name].filter(Boolean).join(" ");
}

/** What a colleague is called: the name, else the address. */
export function userName(user: User): string {
  return fullName(user) || user.email;
}

/** What a customer is called: the name, else the first way to reach them. */
export function customerName(customer: Customer): string {
  return fullName(customer) || (customer.contacts[0]?.value ?? "");
}
