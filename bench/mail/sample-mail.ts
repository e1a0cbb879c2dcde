import { createHash } from "node:crypto";

/** What a help desk gets: questions with a text and an HTML part, short answers above a long quote, now and then a file. */
const SENTENCES = [
  "I have ordered two of the blue lamps last week and only one of them has arrived so far.",
  "Could you please tell me where the other one is, and when I may expect it?",
  "The order number is on the slip, but the slip was wet and I can no longer read all of it.",
  "We tried what your colleague suggested on the phone, and the light still flickers after a minute.",
  "Is it possible to send it back without the original box? The box did not survive the rain.",
  "Thank you for the quick answer yesterday, that was a great help to all of us here.",
  "The invoice shows another address than the one that I gave you when I signed up.",
  "My daughter says that the app on her phone shows the right state, but mine does not.",
];

/** Number `n` of an endless row of letters, always the same one; about 5 KB, every tenth with a file of 30 KB. */
export function sampleLetter(n: number): Buffer {
  const from = `customer${n}@mail.example`;
  const head = [
    `Received: from mx${n % 7}.mail.example (mx${n % 7}.mail.example [192.0.2.${n % 250}])`,
    `\tby desk.example with ESMTPS id ${idOf(n)}; Mon, 02 Mar 2026 10:00:00 +0000`,
    `Message-ID: <${idOf(n)}@mail.example>`,
    `From: "Customer ${n}" <${from}>`,
    "To: Support <help@desk.example>",
    `Subject: ${n % 3 === 0 ? "Re: " : ""}Order ${100_000 + n} =?utf-8?Q?f=C3=BCr_Ada?=`,
    "Date: Mon, 02 Mar 2026 10:00:00 +0000",
    "MIME-Version: 1.0",
  ];
  const text = textOf(n);
  const parts =
    n % 10 === 9 ? withFile(n, text) : n % 3 === 0 ? plain(n, text) : [...alternative(`=_alt${n}`, text), ""];
  return Buffer.from([...head, ...parts].join("\r\n"));
}

export function sampleLetters(count: number, from = 0): Buffer[] {
  return Array.from({ length: count }, (_, index) => sampleLetter(from + index));
}

function idOf(n: number): string {
  return createHash("sha256").update(String(n)).digest("hex").slice(0, 24);
}

function textOf(n: number): string[] {
  const lines = Array.from({ length: 12 }, (_, index) => SENTENCES[(n * 7 + index * 3 + (n >> 3)) % SENTENCES.length]);
  return ["Hello,", "", ...lines.map(String), "", `Regards, Customer ${n}`];
}

/** An answer above what it answers. */
function plain(n: number, text: readonly string[]): string[] {
  const quoted = Array.from({ length: 3 }, (_, index) => textOf(n + index + 1)).flat();
  return [
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    "",
    ...text,
    "",
    "On Sun, 1 Mar 2026 at 09:12, Support <help@desk.example> wrote:",
    ...quoted.map((line) => `> ${line}`),
    "",
  ];
}

function alternative(boundary: string, text: readonly string[]): string[] {
  const html = text.map((line) => `<p style=3D"margin:0 0 12px;font-family:Arial">${line}</p>`);
  return [
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    "Content-Type: text/plain; charset=utf-8",
    "",
    ...text,
    `--${boundary}`,
    "Content-Type: text/html; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "<html><body>",
    ...html,
    "</body></html>",
    `--${boundary}--`,
  ];
}

function withFile(n: number, text: readonly string[]): string[] {
  const boundary = `=_mix${n}`;
  const seed = createHash("sha512").update(String(n)).digest();
  const bytes = Buffer.concat(Array.from({ length: 480 }, () => seed));
  return [
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    ...alternative(`=_alt${n}`, text),
    `--${boundary}`,
    'Content-Type: image/png; name="photo.png"',
    'Content-Disposition: attachment; filename="photo.png"',
    "Content-Transfer-Encoding: base64",
    "",
    ...(bytes.toString("base64").match(/.{1,76}/g) ?? []),
    `--${boundary}--`,
    "",
  ];
}
