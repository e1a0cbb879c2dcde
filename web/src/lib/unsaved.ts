const savers = new Set<() => Promise<void>>();

/** Registers what is done before the session ends: a draft is saved that was typed a moment ago. */
export function keepSafe(save: () => Promise<void>): void {
  savers.add(save);
}

/** Saves what is not saved yet. Never throws: what cannot be saved is not worse off than before. */
export async function saveEverything(): Promise<void> {
  await Promise.allSettled([...savers].map(async (save) => await save()));
}
