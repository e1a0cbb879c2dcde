import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { setUpAccount } from "../../src/desk/set-up-account.ts";
import { updateAccount } from "../../src/storage/accounts.ts";
import { type Storage, openStorage } from "../../src/storage/open.ts";
import { type Measured, perSecond } from "../bench.ts";
import type { Places } from "../places.ts";

const SPAN = 1500;
const AT_ONCE = 8;
const BYTES = Buffer.alloc(8192, "x");

/** What this disk does at best: new files of 8 KB that are synced, alone and eight side by side, and small commits. */
export async function measureDisk(places: Places): Promise<Measured> {
  const place = await places.newPlace();
  const storage = await openStorage(place);
  try {
    const one = await syncFiles(join(place.data, "one"), 1);
    const many = await syncFiles(join(place.data, "many"), AT_ONCE);
    const commits = await commitAlone(storage);
    return { ratios: {}, figures: { synced_files_s: one, synced_files_s_8_at_once: many, small_commits_s: commits } };
  } finally {
    await storage.close();
    await place.remove();
  }
}

async function syncFiles(folder: string, atOnce: number): Promise<number> {
  await mkdir(folder);
  const start = performance.now();
  let written = 0;
  const write = async (): Promise<void> => {
    while (performance.now() < start + SPAN) {
      written += 1;
      const file = await open(join(folder, String(written)), "wx");
      await file.writeFile(BYTES);
      await file.sync();
      await file.close();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, write));
  return perSecond(written, start);
}

async function commitAlone({ db }: Storage): Promise<number> {
  const input = {
    site: "disk",
    name: "Disk",
    owner: { email: "owner@desk.example", password_hash: "none" },
    inbox: { name: "Support", address: "help@desk.example" },
  };
  const { account } = await db.transact(async (tx) => await setUpAccount(tx, input));
  const start = performance.now();
  let done = 0;
  for (; performance.now() < start + SPAN; done += 1) {
    await db.transact(async (tx) => await updateAccount(tx, account.id, { undo_seconds: done % 100 }));
  }
  return perSecond(done, start);
}
