/** The id of what `early/` has drawn over the place where the client will be. */
export const EARLY = "early";

/** Takes it away: what it stood for is drawn. */
export function dropEarly(): void {
  document.getElementById(EARLY)?.remove();
}
