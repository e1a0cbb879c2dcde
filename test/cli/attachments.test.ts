import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { S3_KEYS, type ScriptedS3, startScriptedS3 } from "../support/scripted-s3.ts";
import { type Installation, newInstallation, setup } from "./installation.ts";

interface Check {
  name: string;
  level: string;
  message: string;
}

const letter = (subject: string): string =>
  `From: ruby@customer.example\r\nTo: help@acme.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@x>\r\n\r\nHello\r\n`;

describe.skipIf(inject("postgresMissing") !== null)("attachments in a bucket", () => {
  let place: Installation;
  let other: Installation;
  let s3: ScriptedS3;
  let env: Record<string, string>;

  beforeAll(async () => {
    [place, other, s3] = await Promise.all([newInstallation(), newInstallation(), startScriptedS3()]);
    env = {
      CANTRIP_S3_ENDPOINT: s3.url,
      CANTRIP_S3_BUCKET: "attachments",
      CANTRIP_S3_ACCESS_KEY: S3_KEYS.accessKeyId,
      CANTRIP_S3_SECRET_KEY: S3_KEYS.secretAccessKey,
    };
    await place.run(setup("acme"));
  });
  afterAll(async () => {
    await Promise.all([place.remove(), other.remove(), s3.close()]);
  });

  const receive = async (subject: string, more: Record<string, string>): Promise<void> => {
    const ran = await place.run("mail receive --inbox help@acme.example".split(" "), {
      // Too large for a row of the database.
      input: letter(subject) + "And so on.\r\n".repeat(8000),
      env: more,
    });
    expect(ran).toMatchObject({ code: 0 });
  };
  const move = async (to: string): Promise<Record<string, unknown>> =>
    (await place.run(["attachments", "move", "--to", to, "--json"], { env })).json();

  test("take what is in the folder, and all that comes after", async () => {
    await receive("before", {});
    expect(s3.objects.size).toBe(0);
    await receive("after", env);
    expect(s3.objects.size).toBe(1);
    expect(await move("s3")).toMatchObject({ to: "s3", moved: 1, there: 1, missing: [], damaged: [] });
    expect(s3.objects.size).toBe(2);
    expect(await move("s3")).toMatchObject({ moved: 0, there: 2 });
  });

  test("are in a backup, which is restored into a folder", async () => {
    const file = join(other.data, "..", "backup.cantrip");
    const backup = await place.run(["backup", file, "--json"], { env });
    expect(backup.json()).toMatchObject({ attachments: { files: 2 }, missing: [] });
    expect((await other.run(["restore", file, "--json"])).json()).toMatchObject({ attachments: { files: 2 } });
  });

  test("can be moved back", async () => {
    expect(await move("folder")).toMatchObject({ moved: 2 });
    expect(s3.objects.size).toBe(0);
  });

  test("are looked at by the doctor, who shows no secret", async () => {
    const examine = async (more: Record<string, string>): Promise<Check | undefined> => {
      const ran = await place.run(["doctor", "--json"], { env: { ...env, CANTRIP_PORT: "0", ...more } });
      expect(ran.stdout).not.toContain(S3_KEYS.secretAccessKey);
      return ran.json<{ checks: Check[] }>().checks.find(({ name }) => name === "attachment store");
    };
    expect(await examine({})).toMatchObject({ level: "ok" });
    expect(await examine({ CANTRIP_S3_BUCKET: "elsewhere" })).toMatchObject({ level: "wrong" });
    expect(await examine({ CANTRIP_S3_BUCKET: "" })).toBeUndefined();
  });

  test("are not moved anywhere without a bucket", async () => {
    const ran = await place.run(["attachments", "move", "--to", "s3"]);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining("CANTRIP_S3_BUCKET") });
  });
});
