import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openGroupCommit } from "../../src/storage/group-commit.ts";
import { openFile } from "../../src/storage/sqlite-connection.ts";
import { ENGINE } from "../support/test-storage.ts";
import { makeGate } from "./storage-account.ts";

let folder: string;
beforeEach(({ skip }) => {
  skip(ENGINE !== "sqlite", "of the embedded engine only");
  folder = mkdtempSync(join(tmpdir(), "cantrip-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a transaction is told of its end once the log is synced, and the next one commits only then", async () => {
  const database = openFile(join(folder, "desk.sqlite"));
  const other = openFile(join(folder, "desk.sqlite"), true);
  database.exec("create table words (word text)");
  const gates = [makeGate(), makeGate()];
  let syncs = 0;
  const group = openGroupCommit(database, {
    begin: async () => await Promise.resolve(database.exec("begin immediate")),
    beforeCommit: () => undefined,
    sync: async () => await gates[syncs++]?.opened,
  });
  const told: string[] = [];
  const write = async (word: string): Promise<void> => {
    await group.run(async () => await Promise.resolve(database.exec(`insert into words values ('${word}')`)));
    told.push(word);
  };
  const committed = (): unknown[] =>
    other
      .prepare("select word from words order by word")
      .all()
      .map((row) => row["word"]);
  const all = [write("first")];
  await sleep(20);
  expect([committed(), told]).toEqual([["first"], []]);
  all.push(write("second"), write("third"));
  await sleep(20);
  expect([committed(), told]).toEqual([["first"], []]);
  gates[0]?.open();
  await sleep(20);
  expect([committed(), told]).toEqual([["first", "second", "third"], ["first"]]);
  gates[1]?.open();
  await Promise.all(all);
  await group.idle();
  expect(told).toEqual(["first", "second", "third"]);
  expect(syncs).toBe(2);
  other.close();
  database.close();
});

test("a sync that fails is heard by who waits for it and ends the process, for nobody knows what is on the disk", () => {
  // A pipe cannot be synced.
  const log = join(folder, "desk.sqlite-wal");
  execFileSync("mkfifo", [log]);
  const program = `
    const { openWalSync } = await import(${JSON.stringify(new URL("../../src/storage/wal-sync.ts", import.meta.url).href)});
    await openWalSync(${JSON.stringify(log)}).sync().catch(({ message }) => console.log(message));
    setTimeout(() => console.log("still there"), 1000);
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  expect(stdout).toBe("the disk did not keep what was written to the database\n");
  expect(stderr).toContain("EINVAL");
  expect(status).toBe(1);
});
