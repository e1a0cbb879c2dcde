import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useState } from "react";
import { get } from "../../api/client.ts";
import { customerName } from "../../api/names.ts";
import type { Customer } from "../../api/types.ts";
import type { Address } from "./addresses.ts";

const NOBODY: readonly Address[] = [];
/** Milliseconds without a keystroke before the server is asked. */
const PAUSE = 120;

/** The mail addresses of customers whom the words fit, as they are typed. */
export function useKnownAddresses(words: string): readonly Address[] {
  const wanted = useDeferredValue(useSettled(words));
  const { data } = useQuery({
    queryKey: ["customers", "addresses", wanted],
    queryFn: async ({ signal }) =>
      addressesOf(await get<Customer[]>("/customers", { q: beginnings(wanted), per_page: 8 }, signal)),
    enabled: beginnings(wanted) !== "",
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  return wanted === "" || words === "" ? NOBODY : (data ?? NOBODY);
}

/** Words that are still being typed: `ruby@exa` finds whatever has words that begin with `ruby` and `exa`. */
function beginnings(words: string): string {
  return Array.from(words.matchAll(/[\p{L}\p{N}\p{M}]+/gu), ([word]) => `${word}*`).join(" ");
}

function addressesOf(customers: readonly Customer[]): Address[] {
  return customers.flatMap((customer) => {
    const name = customerName(customer);
    return customer.contacts.flatMap(({ type, value }) =>
      type === "email" ? [{ name: name === value ? "" : name, address: value }] : [],
    );
  });
}

function useSettled(words: string): string {
  const [settled, setSettled] = useState(words);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(words), PAUSE);
    return () => clearTimeout(timer);
  }, [words]);
  return settled;
}
