import { useQuery } from "@tanstack/react-query";
import { inboxesQuery } from "../../api/queries/folders.ts";

/** The addresses of our inboxes: they get no copy of what they send. */
export function useOwnAddresses(): readonly string[] {
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  return inboxes.flatMap(({ address }) => address ?? []);
}
