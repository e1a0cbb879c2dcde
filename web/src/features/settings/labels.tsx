import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { folderCountsQuery, labelsQuery } from "../../api/queries/folders.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import { t } from "../../i18n/t.ts";
import { LabelDot } from "../../ui/label-chip.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { LabelPage, NewLabel } from "./label.tsx";
import { Loaded } from "./loaded.tsx";
import { ButtonLink, Item, Items, Nothing, Page } from "./page.tsx";
import type { SectionProps } from "./section-screens.tsx";
import { isAtLeast } from "./sections.ts";

export function Labels({ itemId }: SectionProps) {
  const query = useQuery(labelsQuery);
  const { data: counts } = useQuery(folderCountsQuery);
  const { data: session } = useSuspenseQuery(sessionQuery);
  // Everybody who answers makes labels; changing what others use is the admins'.
  const mayChange = isAtLeast(session.user.role, "admin");
  if (itemId === "new") return <NewLabel />;
  if (itemId !== undefined) {
    return (
      <Loaded query={query}>
        {(labels) => {
          const label = labels.find(({ id }) => id === itemId);
          if (label === undefined) return <EmptyState title={t("screen.notFound")} text={t("screen.notFoundText")} />;
          if (!mayChange) return <EmptyState title={t("screen.noPermission")} text={t("screen.noPermissionText")} />;
          return <LabelPage label={label} />;
        }}
      </Loaded>
    );
  }
  return (
    <Page
      title={t("settings.labels")}
      about={t("labels.about")}
      action={
        <ButtonLink to="/settings/labels/new" primary>
          {t("labels.create")}
        </ButtonLink>
      }
    >
      <Loaded query={query}>
        {(labels) =>
          labels.length === 0 ? (
            <Nothing>{t("labels.none")}</Nothing>
          ) : (
            <Items label={t("settings.labels")}>
              {labels
                .toSorted((a, b) => a.name.localeCompare(b.name))
                .map(({ id, name, color }) => (
                  <Item
                    key={id}
                    {...(mayChange && { to: `/settings/labels/${id}` })}
                    before={<LabelDot color={color} className="size-2.5" />}
                    title={name}
                    after={
                      <span className="shrink-0 text-sm text-muted tabular-nums">
                        {t("labels.open", { count: counts?.labels.find((each) => each.id === id)?.open ?? 0 })}
                      </span>
                    }
                  />
                ))}
            </Items>
          )
        }
      </Loaded>
    </Page>
  );
}
