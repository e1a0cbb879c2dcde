import { useSuspenseQuery } from "@tanstack/react-query";
import { Outlet, useParams } from "@tanstack/react-router";
import { ArrowLeft, Menu as MenuIcon } from "lucide-react";
import { sessionQuery } from "../../../api/queries/session.ts";
import { t } from "../../../i18n/t.ts";
import { openRail } from "../../../lib/frame-state.ts";
import { useGo } from "../../../lib/use-go.ts";
import { useLayout } from "../../../lib/use-media.ts";
import { useTitle } from "../../../lib/use-title.ts";
import { IconButton } from "../../../ui/button.tsx";
import { EmptyState } from "../../../ui/states.tsx";
import { LeaveGuard } from "../leave-guard.tsx";
import { SettingsNav } from "../nav.tsx";
import { SECTION_SCREENS } from "../section-screens.tsx";
import { isAtLeast, sectionOf } from "../sections.ts";

/** What is around every section of the settings: the way to the others, and what is not lost by leaving. */
export function SettingsScreen() {
  const { section, itemId } = useParams({ strict: false });
  const { data: session } = useSuspenseQuery(sessionQuery);
  const layout = useLayout();
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      {layout !== "wide" && <NarrowHeader isStart={section === undefined} phone={layout === "phone"} />}
      <div className="flex min-h-0 flex-1">
        {layout !== "phone" && (
          <div className="overflow-y-auto border-e border-line">
            {layout === "wide" && <p className="px-4 pt-4 text-lg font-semibold">{t("settings.title")}</p>}
            <SettingsNav role={session.user.role} current={sectionOf(section ?? "profile")?.id ?? ""} roomy={false} />
          </div>
        )}
        {/* Another section begins at its top. */}
        <div key={`${section ?? ""} ${itemId ?? ""}`} className="min-w-0 flex-1 overflow-y-auto">
          <div className="mx-auto max-w-2xl px-4 py-5 medium:px-8 medium:py-6">
            <Outlet />
          </div>
        </div>
      </div>
      <LeaveGuard />
    </div>
  );
}

function NarrowHeader({ isStart, phone }: { isStart: boolean; phone: boolean }) {
  const go = useGo();
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 border-b border-line px-2 pointer-coarse:h-14">
      {phone && !isStart ? (
        <IconButton
          icon={ArrowLeft}
          label={t("settings.back")}
          onClick={() => go.to("/settings")}
          className="rtl:-scale-x-100"
        />
      ) : (
        <IconButton icon={MenuIcon} label={t("frame.navigation")} onClick={() => openRail(true)} />
      )}
      <p className="px-2 font-semibold">{t("settings.title")}</p>
    </header>
  );
}

/** On a phone the list of the sections; elsewhere it stands beside the first of them. */
export function SettingsStart() {
  const layout = useLayout();
  return layout === "phone" ? <SectionList /> : <SettingsSection />;
}

function SectionList() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  useTitle(t("settings.title"));
  return (
    <>
      <h1 className="sr-only">{t("settings.title")}</h1>
      <SettingsNav role={session.user.role} current="" roomy />
    </>
  );
}

/** One section, or one thing of it: what the address names, for whom it is there. */
export function SettingsSection() {
  const { section = "profile", itemId } = useParams({ strict: false });
  const { data: session } = useSuspenseQuery(sessionQuery);
  const Screen = SECTION_SCREENS[section];
  const known = sectionOf(section);
  if (Screen === undefined || known === undefined) {
    return <EmptyState title={t("screen.notFound")} text={t("screen.notFoundText")} />;
  }
  if (!isAtLeast(session.user.role, known.least)) {
    return <EmptyState title={t("screen.noPermission")} text={t("screen.noPermissionText")} />;
  }
  return <Screen key={`${section} ${itemId ?? ""}`} {...(itemId !== undefined && { itemId })} />;
}
