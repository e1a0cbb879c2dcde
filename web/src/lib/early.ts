/** The id of what `early/` has drawn over the place where the client will be. */
export const EARLY = "early";

/** Takes it away, and tells it: what it stood for is drawn. */
export function dropEarly(): void {
  const over = document.getElementById(EARLY);
  over?.remove();
  over?.dispatchEvent(new Event("drop"));
}
