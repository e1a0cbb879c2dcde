import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { connection } from "../api/connection.ts";
import { followLive } from "../api/live.ts";
import { useNews } from "../features/tickets/public/news.ts";
import { Rail } from "../features/tickets/public/rail.tsx";
import { t } from "../i18n/t.ts";
import { dropEarly } from "../lib/early.ts";
import { frameState, openRail } from "../lib/frame-state.ts";
import { useStore } from "../lib/store.ts";
import { useLayout } from "../lib/use-media.ts";
import { usePanes } from "../lib/use-panes.ts";
import { Banner } from "../ui/banner.tsx";
import { Sheet } from "../ui/dialog.tsx";
import { lazyPart } from "../ui/lazy-part.tsx";
import { useFrameCommands } from "./frame-commands.ts";
import { closeOverlay, overlays } from "./overlays.ts";

const KeySheet = lazyPart(async () => (await import("./key-sheet.tsx")).KeySheet, { close: closeOverlay });
const Palette = lazyPart(async () => (await import("./palette.tsx")).Palette, { close: closeOverlay });

/** Milliseconds. */
const EARLY_FOR = 1000;

/** What is around every screen of a session: rail, banner, palette, key sheet; keys and the live stream. */
export function Frame() {
  const layout = useLayout();
  const { railOpen } = useStore(frameState);
  const { railSmall } = usePanes();
  const open = useStore(overlays);
  useEffect(followLive, []);
  useEarlyGoes();
  useNews();
  useFrameCommands();
  useRailCloses();
  return (
    <div className="flex h-full flex-col">
      <a
        href="#main"
        className="sr-only rounded bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:start-2 focus:top-2 focus:z-60"
      >
        {t("frame.skip")}
      </a>
      <OfflineBanner />
      <div className="flex min-h-0 flex-1">
        {layout === "wide" ? (
          <Rail small={railSmall} />
        ) : (
          <Sheet
            open={railOpen}
            onClose={() => openRail(false)}
            from="start"
            size="small"
            hideTitle
            title={t("frame.navigation")}
          >
            <Rail small={false} />
          </Sheet>
        )}
        <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 outline-none">
          <Outlet />
        </main>
      </div>
      {open === "palette" && <Palette />}
      {open === "keys" && <KeySheet />}
    </div>
  );
}

/** The list itself takes away what was drawn before it (`early/`); where there is none in the end, a moment later. */
function useEarlyGoes(): void {
  useEffect(() => {
    const timer = setTimeout(dropEarly, EARLY_FOR);
    return () => clearTimeout(timer);
  }, []);
}

/** The rail over the screen has done its work once one is somewhere else. */
function useRailCloses(): void {
  const router = useRouter();
  useEffect(() => router.subscribe("onResolved", () => openRail(false)), [router]);
}

function OfflineBanner() {
  return useStore(connection) === "offline" ? <Banner tone="warn">{t("frame.offline")}</Banner> : null;
}
