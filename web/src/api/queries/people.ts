import { queryOptions } from "@tanstack/react-query";
import type { Static } from "typebox";
import type {
  CreatePerson as CreatePersonSchema,
  Person as PersonSchema,
  UpdatePerson as UpdatePersonSchema,
} from "../../../../src/api/schemas/people.ts";
import { patch, post, remove } from "../client.ts";
import { queryClient } from "../query-client.ts";
import type { Id } from "../types.ts";
import { getAll } from "./folders.ts";

export type Person = Static<typeof PersonSchema>;

export const peopleQuery = queryOptions({
  queryKey: ["people"],
  queryFn: async ({ signal }) => await getAll<Person>("/people", signal),
});

async function refresh(): Promise<void> {
  await Promise.all(
    [["people"], ["users"], ["session"]].map(async (queryKey) => await queryClient.invalidateQueries({ queryKey })),
  );
}

/** The person, with the link by which they join: it is shown this once. */
export async function addPerson(person: Static<typeof CreatePersonSchema>): Promise<Person> {
  const added = await post<Person>("/people", person);
  await refresh();
  return added;
}

export async function changePerson(id: Id, changes: Static<typeof UpdatePersonSchema>): Promise<void> {
  await patch(`/people/${id}`, changes);
  await refresh();
}

export async function inviteAgain(id: Id): Promise<Person> {
  const invited = await post<Person>(`/people/${id}/invitation`);
  await refresh();
  return invited;
}

export async function makeResetLink(id: Id): Promise<Person> {
  return await post<Person>(`/people/${id}/password-reset`);
}

/** For who has lost theirs: the password is enough then. */
export async function removeSecondFactors(id: Id, password: string | undefined): Promise<void> {
  await remove(`/people/${id}/second-factors`, { body: { password } });
  await refresh();
}

export async function handOver(id: Id, password: string | undefined): Promise<void> {
  await post(`/people/${id}/ownership`, { password });
  await refresh();
}
