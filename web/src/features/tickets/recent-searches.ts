const MOST = 10;

/** What was searched for last, newest first. Gone with the page: nothing of what people search for is kept in the browser. */
let recent: readonly string[] = [];

export function readSearches(): readonly string[] {
  return recent;
}

export function noteSearch(text: string): void {
  const q = text.trim();
  if (q !== "") recent = [q, ...recent.filter((each) => each !== q)].slice(0, MOST);
}
