/** So many bytes tell what a file is. */
export const SNIFFED_BYTES = 4100;

/** What a browser may show in its own window, by the type that was declared and by what the bytes begin with. */
const SHOWN: Record<string, (bytes: Buffer) => boolean> = {
  "image/png": (bytes) => bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
  "image/jpeg": (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  "image/gif": (bytes) => /^GIF8[79]a/.test(bytes.toString("latin1", 0, 6)),
  "image/webp": (bytes) => bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP",
  "image/avif": (bytes) => /^ftypavi[fs]/.test(bytes.toString("latin1", 4, 12)),
  "application/pdf": (bytes) => bytes.toString("latin1", 0, 5) === "%PDF-",
  // A text has no NUL. UTF-16 has; it can be downloaded.
  "text/plain": (bytes) => !bytes.includes(0),
};

/**
 * The type under which a file may be shown, when its declared type and its first bytes say the same and it is one that
 * cannot do anything: pictures, PDF, plain text. Null for everything else, HTML and SVG above all.
 */
export function shownType(declared: string, bytes: Buffer): string | null {
  const name = (declared.split(";")[0] ?? "").trim().toLowerCase();
  const type = name === "image/jpg" || name === "image/pjpeg" ? "image/jpeg" : name;
  if (!Object.hasOwn(SHOWN, type) || SHOWN[type]?.(bytes) !== true) return null;
  return type === "text/plain" ? "text/plain; charset=utf-8" : type;
}
