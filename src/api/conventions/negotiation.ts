/** Whether a client would rather have HTML than JSON: a person in a browser (T3). */
export function prefersHtml(accept: string | undefined): boolean {
  if (accept === undefined || !/text\/html/i.test(accept)) return false;
  return qualityOf(accept, ["text/html"]) > qualityOf(accept, ["application/json", "application/*", "*/*"]);
}

/** The quality of the first of these that the header names (RFC 9110 12.4.2); 0 when it names none. */
export function qualityOf(accept: string, types: readonly string[]): number {
  const ranges = accept.split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    return { type, quality: quality === undefined ? 1 : Number(quality) || 0 };
  });
  for (const type of types) {
    const range = ranges.find((candidate) => candidate.type === type);
    if (range !== undefined) return range.quality;
  }
  return 0;
}
