import { useQuery } from "@tanstack/react-query";
import { type Person, peopleQuery } from "../../api/queries/people.ts";
import { relativeTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { Loaded } from "./loaded.tsx";
import { ButtonLink, Item, Items, Page } from "./page.tsx";
import { NewPerson } from "./person-new.tsx";
import { PersonMarks, nameOf } from "./person-marks.tsx";
import { PersonPage } from "./person.tsx";
import type { SectionProps } from "./section-screens.tsx";

/** Who works here. */
export function People({ itemId }: SectionProps) {
  const query = useQuery(peopleQuery);
  if (itemId === "new") return <NewPerson />;
  if (itemId !== undefined) {
    return (
      <Loaded query={query}>
        {(people) => {
          const person = people.find(({ id }) => id === itemId);
          return person === undefined ? (
            <EmptyState title={t("screen.notFound")} text={t("screen.notFoundText")} />
          ) : (
            <PersonPage person={person} />
          );
        }}
      </Loaded>
    );
  }
  return (
    <Page
      title={t("settings.people")}
      about={t("people.about")}
      action={
        <ButtonLink to="/settings/people/new" primary>
          {t("people.invite")}
        </ButtonLink>
      }
    >
      <Loaded query={query}>{(people) => <PeopleList people={people} />}</Loaded>
    </Page>
  );
}

function PeopleList({ people }: { people: readonly Person[] }) {
  const sorted = people.toSorted(
    (a, b) => Number(a.disabled_at !== null) - Number(b.disabled_at !== null) || nameOf(a).localeCompare(nameOf(b)),
  );
  return (
    <Items label={t("settings.people")}>
      {sorted.map((person) => (
        <Item
          key={person.id}
          to={`/settings/people/${person.id}`}
          before={<Avatar name={nameOf(person)} />}
          title={nameOf(person)}
          detail={detailOf(person)}
          after={<PersonMarks person={person} />}
        />
      ))}
    </Items>
  );
}

function detailOf(person: Person): string {
  const { email, last_seen_at } = person;
  const seen = last_seen_at === null ? null : t("people.seen", { when: relativeTime(last_seen_at) });
  return [nameOf(person) === email ? null : email, seen].filter(Boolean).join(" · ") || t("people.neverSeen");
}
