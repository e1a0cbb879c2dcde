import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MINUTE, setClock } from "../../src/domain/time.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { type PostOffice, localServer, openPostOffice } from "./post-office.ts";

/** Each step of a delivery at which the process is killed, and what a person finds when others have taken over. */
const STEPS = [
  ["deliver.claimed", "sent", 1],
  ["deliver.sending", "sent", 1],
  ["deliver.handing-over", "sent", 1],
  // From here on nobody can know; a person decides.
  ["deliver.handed-over", "failed", 0],
  ["deliver.answered", "failed", 1],
  ["deliver.finished", "sent", 1],
] as const;

describe.skipIf(ENGINE_MISSING !== null)("a delivery whose process is killed", () => {
  let smtp: ScriptedSmtp;
  let office: PostOffice;

  beforeAll(async () => {
    smtp = await startScriptedSmtp();
    office = await openPostOffice(localServer(smtp.port));
  });
  afterEach(() => setClock());
  afterAll(async () => {
    await office.close();
    await smtp.close();
  });

  const runChild = async (failPoint: string): Promise<NodeJS.Signals | null> => {
    const { data, databaseUrl } = office.storage;
    const child = spawn(process.execPath, [join(import.meta.dirname, "deliver-child.ts"), String(smtp.port)], {
      env: {
        PATH: process.env["PATH"],
        CANTRIP_DATA: data,
        DATABASE_URL: databaseUrl ?? "",
        CANTRIP_FAIL_POINT: failPoint,
      },
      stdio: "inherit",
    });
    const [, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return signal;
  };

  test.each(STEPS)(
    "M3: at %s is taken up by the next one and ends as %s",
    async (step, ending, arrived) => {
      smtp.accepted.length = 0;
      const id = await office.reply((await office.desk.ticket()).id);
      expect(await runChild(step)).toBe("SIGKILL");
      // The dead worker's lease has to run out first.
      expect(await office.run()).toBe(0);
      const clock = Date.now() + 6 * MINUTE;
      setClock(() => clock);
      // What is recorded is done: its job ended with it.
      expect(await office.run()).toBe(step === "deliver.finished" ? 0 : 1);
      const message = await office.message(id);
      expect(message.delivery_state).toBe(ending);
      if (ending === "failed") expect(message.delivery_error).toContain("it may have been delivered");
      expect(smtp.accepted).toHaveLength(arrived);
      expect(await office.waiting()).toEqual([]);
    },
    60_000,
  );
});
