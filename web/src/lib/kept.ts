/**
 * What this browser keeps between visits: widths, the theme, the last folder. Never anything of a ticket or a person.
 * A browser that keeps nothing is no error.
 */
export function readKept(name: string): string | null {
  try {
    return localStorage.getItem(`cantrip.${name}`);
  } catch {
    return null;
  }
}

export function writeKept(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`cantrip.${name}`);
    else localStorage.setItem(`cantrip.${name}`, value);
  } catch {
    // Private windows and full disks: the next visit starts from the defaults.
  }
}

/** A number that this browser keeps; null when it keeps none. */
export function keptNumber(name: string): number | null {
  const kept = Number(readKept(name));
  return Number.isFinite(kept) && kept > 0 ? kept : null;
}
