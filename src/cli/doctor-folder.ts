import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import type { Config } from "../config.ts";
import { type Check, ok, wrong } from "./doctor-check.ts";
import { errorLines } from "./failure.ts";
import { sizeText } from "./progress.ts";

const NAME = "data folder";

/** Less than this fills up with a few large messages. */
const LEAST_FREE = 256 * 1024 * 1024;

/** Whether the data folder is there, for its owner only, and can be written to. Makes nothing. */
export async function checkFolder({ data }: Config): Promise<Check[]> {
  const info = await stat(data).catch((error: unknown) => error);
  if (info instanceof Error || !isFolder(info)) return [missing(data, info)];
  const checks = [await checkFree(data)];
  const others = info.mode & 0o077;
  if (others !== 0) {
    checks.unshift(
      wrong(NAME, `${data} can be opened by other users (mode ${modeText(info.mode)})`, `run: chmod 700 ${data}`),
    );
  }
  const writable = await access(data, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!writable) {
    checks.unshift(
      wrong(NAME, `${data} cannot be written to by this user`, "give it to the user that runs Cantrip (chown)"),
    );
  }
  if (writable && others === 0) checks.unshift(ok(NAME, `${data} is there, for its owner only, and can be written to`));
  return checks;
}

function isFolder(info: unknown): info is { mode: number } {
  return info instanceof Object && "isDirectory" in info && (info as { isDirectory(): boolean }).isDirectory();
}

function missing(data: string, info: unknown): Check {
  if (!(info instanceof Error)) {
    return wrong(NAME, `${data} is not a folder`, "name another with --data or CANTRIP_DATA");
  }
  if ("code" in info && info.code === "ENOENT") {
    const mend = 'name another with --data or CANTRIP_DATA, or let "cantrip serve" or "cantrip setup" make it';
    return wrong(NAME, `${data} does not exist`, mend);
  }
  return wrong(
    NAME,
    `${data} cannot be looked at: ${errorLines(info).join(" ")}`,
    "give it to the user that runs Cantrip (chown)",
  );
}

async function checkFree(data: string): Promise<Check> {
  const { bavail, bsize } = await statfs(data);
  const free = bavail * bsize;
  const text = `${sizeText(free)} free where ${data} is`;
  if (free >= LEAST_FREE) return ok("disk", text);
  return wrong("disk", `only ${text}`, "make room, or move the folder to a larger disk");
}

function modeText(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
}
