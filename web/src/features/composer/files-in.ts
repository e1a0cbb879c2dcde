/**
 * The files of what is pasted or dropped. A table from a spreadsheet comes with a picture of itself: with words beside it,
 * the words are meant.
 */
export function filesIn(data: DataTransfer | null): File[] {
  const files = Array.from(data?.files ?? []);
  if (files.length === 0) return [];
  const words = (data?.getData("text/html") ?? "").replace(/<[^>]*>|&nbsp;|\s/g, "");
  return words === "" ? files : [];
}
