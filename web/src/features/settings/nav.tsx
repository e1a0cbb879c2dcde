import { Link } from "@tanstack/react-router";
import type { Role } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { Icon } from "../../ui/icon.tsx";
import { type Section, sectionsFor } from "./sections.ts";

const HERE =
  "bg-ground-selected font-semibold text-text before:absolute before:inset-y-1.5 before:start-0 before:w-[3px] before:rounded-full before:bg-accent";

/** The sections that one's role has: beside the section on a wide screen, before it on a phone. */
export function SettingsNav({ role, current, roomy }: { role: Role; current: string; roomy: boolean }) {
  const sections = sectionsFor(role);
  return (
    <nav aria-label={t("settings.title")} className={cx("flex flex-col gap-4", !roomy && "w-52 shrink-0 px-2 py-3")}>
      <Group
        title={t("settings.own")}
        sections={sections.filter(({ group }) => group === "own")}
        {...{ current, roomy }}
      />
      <Group
        title={t("settings.desk")}
        sections={sections.filter(({ group }) => group === "desk")}
        {...{ current, roomy }}
      />
    </nav>
  );
}

function Group({
  title,
  sections,
  current,
  roomy,
}: {
  title: string;
  sections: readonly Section[];
  current: string;
  roomy: boolean;
}) {
  if (sections.length === 0) return null;
  return (
    <section>
      <h2 className="px-2 pb-1 text-xs font-medium text-muted">{title}</h2>
      <ul>
        {sections.map(({ id, label, icon }) => (
          <li key={id}>
            <Link
              to={pathOf(id)}
              aria-current={id === current ? "page" : undefined}
              className={cx(
                "relative flex items-center gap-2 rounded px-2 hover:bg-ground-hover pointer-coarse:h-11",
                roomy ? "h-11 text-base" : "h-8 text-sm",
                id === current ? HERE : "text-muted hover:text-text",
              )}
            >
              <Icon icon={icon} />
              {t(label)}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function pathOf(id: string): string {
  return `/settings/${id}`;
}
