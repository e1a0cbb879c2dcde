// Runs before the first paint, so that a chosen theme never flashes the other one. Kept outside the bundle: the
// security policy allows no inline script. `src/lib/theme.ts` writes what is read here.
(() => {
  try {
    const chosen = localStorage.getItem("cantrip.theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // A browser that keeps nothing follows the system.
  }
})();
