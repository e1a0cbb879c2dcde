import { SECOND } from "../domain/time.ts";

const TERMINAL_INTERVAL = 100;
const LOG_INTERVAL = 5 * SECOND;

/** How far a long command is, on standard error: one line that rewrites itself on a terminal, a line now and then elsewhere. */
export interface Progress {
  /** Cheap to call for every item: `describe` runs only when its line is due. */
  update(describe: () => string): void;
  /** Shows a line in any case; it stays. */
  finish(text: string): void;
}

export function startProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const interval = stream.isTTY ? TERMINAL_INTERVAL : LOG_INTERVAL;
  let last = performance.now();
  const write = (text: string, stays: boolean): void => {
    stream.write(stream.isTTY ? `\r\u001B[K${text}${stays ? "\n" : ""}` : `${text}\n`);
  };
  return {
    update(describe) {
      if (performance.now() - last < interval) return;
      last = performance.now();
      write(describe(), false);
    },
    finish: (text) => write(text, true),
  };
}

/** How many a second since `start` (as `performance.now()` tells it). */
export function rate(count: number, start: number): string {
  const seconds = Math.max((performance.now() - start) / SECOND, 0.001);
  return `${Math.round(count / seconds)}/s`;
}

export function share(done: number, total: number): string {
  return `${total === 0 ? 100 : Math.min(100, Math.floor((done / total) * 100))}%`;
}

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

export function sizeText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}
