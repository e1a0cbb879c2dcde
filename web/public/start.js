// Runs before the first paint and before the bundle is there. Kept outside of it: the security policy allows no inline script.
(() => {
  // A chosen theme never flashes the other one. `src/lib/theme.ts` writes what is read here.
  try {
    const chosen = localStorage.getItem("cantrip.theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // A browser that keeps nothing follows the system.
  }
  // What every screen has to know first is asked for while the code is on its way. `src/api/queries/session.ts` takes it.
  if (/^\/(signin|setup|invitations|password-resets)(\/|$)/.test(location.pathname)) return;
  const headers = { "X-Cantrip-Client": "web", Accept: "application/json" };
  globalThis.cantripSession = fetch("/api/v1/session", { headers, credentials: "same-origin" });
  globalThis.cantripSession.catch(() => undefined);
})();
