import type { Attachment } from "../../api/types.ts";

export type Preview = "image" | "pdf" | "text" | null;

const IMAGES: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/jpg",
  "image/pjpeg",
  "image/gif",
  "image/webp",
  "image/avif",
]);

/** How a file can be looked at here; null for what is only downloaded. The server decides by its bytes whether it is so. */
export function previewOf({ type }: Pick<Attachment, "type">): Preview {
  const name = (type.split(";")[0] ?? "").trim().toLowerCase();
  if (IMAGES.has(name)) return "image";
  if (name === "application/pdf") return "pdf";
  return name === "text/plain" ? "text" : null;
}
