import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, patch, post, request } from "../client.ts";
import { queryClient } from "../query-client.ts";
import type { Customer, CustomerChanges, Id } from "../types.ts";

const PER_PAGE = 50;

export function customerQuery(id: Id) {
  return queryOptions({
    queryKey: ["customer", id],
    queryFn: async ({ signal }) => await get<Customer>(`/customers/${id}`, {}, signal),
  });
}

/** Customers that match the words, page by page; all of them without words. */
export function customersQuery(q: string) {
  return infiniteQueryOptions({
    queryKey: ["customers", q],
    queryFn: async ({ pageParam, signal }) => {
      const query = { q: q === "" ? undefined : q, count: true, per_page: PER_PAGE, page: pageParam };
      const { data, total } = await request<Customer[]>("GET", "/customers", { query, signal });
      return { customers: data, total: total ?? data.length };
    },
    initialPageParam: 1,
    getNextPageParam: ({ total }, _all, page) => (page * PER_PAGE >= total || page >= 200 ? undefined : page + 1),
  });
}

export async function changeCustomer(id: Id, changes: CustomerChanges): Promise<Customer> {
  const customer = await patch<Customer>(`/customers/${id}`, changes);
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
