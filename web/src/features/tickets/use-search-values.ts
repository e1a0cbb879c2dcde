import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { get } from "../../api/client.ts";
import { customerName, userName } from "../../api/names.ts";
import { inboxesQuery, labelsQuery, usersQuery } from "../../api/queries/folders.ts";
import type { Customer } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { byName } from "../../i18n/by-name.ts";
import { IS_WORDS, MOMENTS, type Part, type Values } from "./search-suggestions.ts";

/** What the operators of a search take here: the labels, inboxes and people that there are. */
export function useSearchValues({ operator, words }: Part, enabled: boolean): Values {
  const { data: labels = [] } = useQuery({ ...labelsQuery, enabled });
  const { data: inboxes = [] } = useQuery({ ...inboxesQuery, enabled });
  const { data: users = [] } = useQuery({ ...usersQuery, enabled });
  const asks = enabled && (operator === "from" || operator === "to") && words.trim().length > 1;
  const { data: customers = [] } = useQuery({
    queryKey: ["search-people", words.trim()],
    queryFn: async ({ signal }) => await get<Customer[]>("/customers", { q: `${words.trim()}*`, per_page: 6 }, signal),
    enabled: asks,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return useMemo(() => {
    const people = customers.flatMap((customer) => {
      const address = customer.contacts.find(({ type }) => type === "email")?.value;
      const name = customerName(customer);
      return address === undefined
        ? [{ value: name }]
        : [{ value: address, label: name === address ? address : `${name} · ${address}` }];
    });
    const moments = MOMENTS.map((value) => ({ value, label: t(`search.moment.${value}`) }));
    return {
      from: people,
      to: [...inboxes.flatMap(({ address }) => (address == null ? [] : [{ value: address }])), ...people],
      subject: [],
      label: byName(labels).map(({ name }) => ({ value: name })),
      inbox: byName(inboxes).map(({ name }) => ({ value: name })),
      assignee: [
        { value: "me", label: t("search.me") },
        { value: "none", label: t("search.nobody") },
        ...users.map((user) => ({ value: userName(user) })),
      ],
      is: IS_WORDS.map((value) => ({ value, label: t(`search.is.${value}`) })),
      has: [{ value: "attachment", label: t("search.attachment") }],
      before: moments,
      after: moments,
    };
  }, [labels, inboxes, users, customers]);
}
