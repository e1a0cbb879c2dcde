import { MAX_FILE_NAME_LENGTH } from "./limits.ts";

/** A name fit for a list and for saving: no path, no control or direction-changing characters, not too long. */
export function safeFileName(name: string | null): string | null {
  if (name === null) return null;
  const last = name.split(/[/\\]/).at(-1) ?? "";
  const clean = last
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/\s+/g, " ")
    .trim();
  if (clean === "" || /^\.+$/.test(clean)) return null;
  return shorten(clean);
}

/** The end goes, the extension stays. */
function shorten(name: string): string {
  if (name.length <= MAX_FILE_NAME_LENGTH) return name;
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? "";
  return (
    name
      .slice(0, MAX_FILE_NAME_LENGTH - extension.length)
      .toWellFormed()
      .replaceAll("\ufffd", "") + extension
  );
}

/** `attachment-1.pdf`, `invite-1.ics`: what a part without a name is called. `number` counts from 1. */
export function nameForType(type: string, number: number): string {
  const known = names.get(type);
  if (known !== undefined) return known.replace("#", String(number));
  const [kind = "", subtype = ""] = type.split("/");
  const extension = /^(?:x-)?([a-z0-9]{2,5})$/.exec(subtype)?.[1];
  if (kind === "text") return `attachment-${number}.txt`;
  const plain = kind === "image" || kind === "audio" || kind === "video" ? extension : undefined;
  return `attachment-${number}.${plain ?? "bin"}`;
}

const names = new Map([
  ["image/jpeg", "attachment-#.jpg"],
  ["image/jpg", "attachment-#.jpg"],
  ["image/pjpeg", "attachment-#.jpg"],
  ["image/svg+xml", "attachment-#.svg"],
  ["image/x-icon", "attachment-#.ico"],
  ["audio/mpeg", "attachment-#.mp3"],
  ["video/quicktime", "attachment-#.mov"],
  ["text/html", "attachment-#.html"],
  ["text/csv", "attachment-#.csv"],
  ["text/calendar", "invite-#.ics"],
  ["application/ics", "invite-#.ics"],
  ["text/vcard", "contact-#.vcf"],
  ["text/x-vcard", "contact-#.vcf"],
  ["text/directory", "contact-#.vcf"],
  ["text/rfc822-headers", "original-headers-#.txt"],
  ["message/delivery-status", "delivery-status-#.txt"],
  ["message/disposition-notification", "disposition-notification-#.txt"],
  ["message/feedback-report", "feedback-report-#.txt"],
  ["message/rfc822", "message-#.eml"],
  ["message/global", "message-#.eml"],
  ["application/pdf", "attachment-#.pdf"],
  ["application/zip", "attachment-#.zip"],
  ["application/gzip", "attachment-#.gz"],
  ["application/json", "attachment-#.json"],
  ["application/xml", "attachment-#.xml"],
  ["text/xml", "attachment-#.xml"],
  ["application/rtf", "attachment-#.rtf"],
  ["text/rtf", "attachment-#.rtf"],
  ["application/msword", "attachment-#.doc"],
  ["application/vnd.ms-excel", "attachment-#.xls"],
  ["application/vnd.ms-powerpoint", "attachment-#.ppt"],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment-#.docx"],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "attachment-#.xlsx"],
  ["application/vnd.openxmlformats-officedocument.presentationml.presentation", "attachment-#.pptx"],
  ["application/pkcs7-signature", "smime.p7s"],
  ["application/x-pkcs7-signature", "smime.p7s"],
  ["application/pkcs7-mime", "smime.p7m"],
  ["application/pgp-signature", "signature.asc"],
  ["application/pgp-encrypted", "pgp-version-#.txt"],
  ["application/ms-tnef", "winmail.dat"],
]);
