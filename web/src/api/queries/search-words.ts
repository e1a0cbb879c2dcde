/** Words with the last one as a beginning: for a search while one types. What ends in anything else stays as it is. */
export function asBeginning(q: string): string {
  return /[\p{L}\p{N}]$/u.test(q) ? `${q}*` : q;
}
