import { crc32, deflateSync } from "node:zlib";
import { hashBytes } from "../storage/blobs.ts";

export interface DemoFile {
  name: string;
  type: string;
  bytes: Buffer;
  hash: string;
}

/** A few small real files; many messages share them, as their bytes are stored once. */
export const DEMO_FILES: readonly DemoFile[] = [
  file("screenshot.png", "image/png", picture(48, 32, 20)),
  file("photo-of-the-damage.png", "image/png", picture(64, 48, 140)),
  file("IMG_2041.png", "image/png", picture(40, 40, 220)),
  file(
    "error.log",
    "text/plain",
    text(12, (n) => `12:0${n % 10}:31 ERROR request ${n} ended unexpectedly`),
  ),
  file(
    "console.txt",
    "text/plain",
    text(6, (n) => `TypeError: undefined is not a function (line ${n * 17})`),
  ),
  file(
    "export.csv",
    "text/csv",
    text(20, (n) => `${n},Customer ${n},${n * 3}.50`),
  ),
  file(
    "Rückgabe.txt",
    "text/plain",
    text(3, (n) => `Position ${n}: 1 × Wasserkocher`),
  ),
  file(
    "meeting.ics",
    "text/calendar",
    Buffer.from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:demo\r\nEND:VCALENDAR\r\n"),
  ),
];

function file(name: string, type: string, bytes: Buffer): DemoFile {
  return { name, type, bytes, hash: hashBytes(bytes) };
}

function text(lines: number, line: (number: number) => string): Buffer {
  return Buffer.from(Array.from({ length: lines }, (_, index) => `${line(index + 1)}\n`).join(""));
}

/** A PNG (RFC 2083) with a gradient of greys. Stored without compression, so that every zlib makes the same bytes. */
function picture(width: number, height: number, shade: number): Buffer {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) rows[y * (width + 1) + 1 + x] = (shade + x * 2 + y) % 256;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(rows, { level: 0 });
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}
