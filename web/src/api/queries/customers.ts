import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, patch, post, request } from "../client.ts";
import { queryClient } from "../query-client.ts";
import type { Contact, Customer, CustomerChanges, Id } from "../types.ts";
import { asBeginning } from "./search-words.ts";

const PER_PAGE = 50;
/** page × per_page may not go further. */
const LAST_PAGE = 10_000 / PER_PAGE;
const FIELDS = ["id", "first_name", "last_name", "summary", "contacts", "created_at", "version"];

export const customerKeys = { one: (id: Id) => ["customer", id] as const, lists: ["customers"] as const };

export function customerQuery(id: Id) {
  return queryOptions({
    queryKey: customerKeys.one(id),
    queryFn: async ({ signal }) => await get<Customer>(`/customers/${id}`, { fields: FIELDS }, signal),
  });
}

export interface CustomerPage {
  customers: Customer[];
  /** How many match in all. */
  total: number;
}

/** So many are listed at most; others are found by searching. */
export const MOST_LISTED = LAST_PAGE * PER_PAGE;

/** Customers that match the words, page by page, the newest first; all of them without words. */
export function customersQuery(q: string) {
  return infiniteQueryOptions({
    queryKey: [...customerKeys.lists, q],
    queryFn: async ({ pageParam, signal }): Promise<CustomerPage> => {
      const query = {
        q: q === "" ? undefined : asBeginning(q),
        fields: FIELDS,
        count: true,
        per_page: PER_PAGE,
        page: pageParam,
      };
      const { data, total } = await request<Customer[]>("GET", "/customers", { query, signal });
      return { customers: data, total: total ?? data.length };
    },
    initialPageParam: 1,
    getNextPageParam: ({ total }, _all, page) => (page * PER_PAGE >= total || page >= LAST_PAGE ? undefined : page + 1),
    placeholderData: keepPreviousData,
  });
}

/** Who holds a contact; null for nobody. */
export async function findHolder({ type, value }: Pick<Contact, "type" | "value">): Promise<Customer | null> {
  const query = { "contacts.type": type, "contacts.value": value, per_page: 1 };
  const [holder] = await get<Customer[]>("/customers", query);
  return holder ?? null;
}

/** 412 when the customer has changed since `version`. */
export async function changeCustomer(id: Id, changes: CustomerChanges, version?: number): Promise<Customer> {
  const customer = await patch<Customer>(`/customers/${id}`, changes, { query: { fields: FIELDS }, ifMatch: version });
  queryClient.setQueryData(customerQuery(id).queryKey, customer);
  await queryClient.invalidateQueries({ queryKey: ["ticket"] });
  return customer;
}

/** Makes one customer of several. The answer's `Undo-Id` takes it back. */
export async function mergeCustomers(id: Id, others: readonly Id[]): Promise<Id | null> {
  const { headers } = await request("POST", `/customers/${id}/merge`, { body: { customer_ids: others } });
  return headers.get("Undo-Id");
}

export async function createCustomer(customer: CustomerChanges): Promise<Customer> {
  return await post<Customer>("/customers", customer);
}
