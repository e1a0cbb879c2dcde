import { isOffline } from "../api/connection.ts";

/** A server that was upgraded no longer has the files of the page that is open: its next screen begins with a new page. */
export function reloadOnNewBuild(): void {
  addEventListener("vite:preloadError", (event) => {
    // Without a network it is not the file that is missing, and a page that is loaded anew would be lost.
    if (isOffline()) return;
    const last = Number(sessionStorage.getItem("cantrip.reloaded") ?? 0);
    // Once a minute at most: a file that is missing for good must not reload for ever.
    if (Date.now() - last < 60_000) return;
    event.preventDefault();
    sessionStorage.setItem("cantrip.reloaded", String(Date.now()));
    location.reload();
  });
}
