/** One thing that the doctor looked at. `note`: worth knowing, and nothing is broken by it. */
export interface Check {
  name: string;
  level: "ok" | "note" | "wrong";
  message: string;
  /** What to do about it; null when nothing is to be done. */
  mend: string | null;
}

export function ok(name: string, message: string): Check {
  return { name, level: "ok", message, mend: null };
}

export function note(name: string, message: string, mend: string): Check {
  return { name, level: "note", message, mend };
}

export function wrong(name: string, message: string, mend: string): Check {
  return { name, level: "wrong", message, mend };
}
