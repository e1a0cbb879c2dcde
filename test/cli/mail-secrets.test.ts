import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Installation, newInstallation, setup } from "./installation.ts";

interface DoctorCheck {
  name: string;
  status: string;
  text?: string;
}

describe.skipIf(inject("postgresMissing") !== null)("cantrip, with a key that is lost", () => {
  let place: Installation;
  const other = { CANTRIP_SECRET_KEY: "ab".repeat(32) };
  const ADDRESS = "help@acme.example";

  beforeAll(async () => {
    place = await newInstallation();
    await place.run(setup("acme"));
  });
  afterAll(async () => {
    await place.remove();
  });

  test("makes, shows and removes a DKIM key", async () => {
    expect(await place.run(["inbox", "dkim", "show", ADDRESS])).toMatchObject({ code: 1, stdout: "" });
    const set = await place.run(["inbox", "dkim", "set", ADDRESS, "--json"]);
    const { record } = set.json<{ record: { name: string; value: string } }>();
    expect(record.name).toMatch(/^cantrip-[0-9a-f]{8}\._domainkey\.acme\.example$/);
    expect(record.value).toMatch(/^v=DKIM1; k=rsa; p=/);
    const shown = await place.run(["inbox", "dkim", "show", ADDRESS]);
    expect(shown.stdout).toContain(record.value);
    expect(`${set.stdout}${shown.stdout}`).not.toContain("PRIVATE");
    expect((await place.run(["inbox", "dkim", "set", ADDRESS, "--domain", "other.example"])).stderr).toContain(
      "domain must be",
    );
    expect((await place.run(["inbox", "dkim", "remove", ADDRESS])).code).toBe(0);
    expect((await place.run(["inbox", "dkim", "show", ADDRESS])).code).toBe(1);
  });

  test("says of each secret that it cannot be read, and how to set it again", async () => {
    const input = "tr0ub4dor\n";
    const mailbox = ["mailbox", "add", "--inbox", ADDRESS, "--host", "imap.acme.example", "--user", "help"];
    const added = await place.run([...mailbox, "--password-stdin", "--no-check", "--json"], { input });
    const { id } = added.json<{ id: string }>();
    const transport = ["transport", "set", "--host", "smtp.acme.example", "--user", "help", "--password-stdin"];
    await place.run(transport, { input });
    await place.run(["inbox", "dkim", "set", ADDRESS]);
    const good = await place.run(["doctor", "--json"]);
    expect(good.stdout).not.toContain("cannot be read");
    const doctor = await place.run(["doctor", "--json"], { env: other });
    expect(doctor.code).toBe(1);
    const bad = doctor
      .json<{ checks: DoctorCheck[] }>()
      .checks.filter((check) => JSON.stringify(check).includes("cannot be read"));
    expect(bad.map(({ name }) => name).toSorted()).toEqual([
      "acme: DKIM",
      "acme: mail servers",
      "acme: mailbox help on imap.acme.example",
    ]);
    const tried = await place.run(["mailbox", "test", id], { env: other });
    expect(tried.stderr).toContain(
      'cannot be read (it was sealed under another key, or is damaged): set it again with "cantrip mailbox password"',
    );
    expect((await place.run(["transport", "test"], { env: other })).stderr).toContain(
      'set it again with "cantrip transport set"',
    );
    expect((await place.run(["inbox", "dkim", "show", ADDRESS], { env: other })).stderr).toContain("make another");
    const set = await place.run(["mailbox", "password", id, "--json"], { input, env: other });
    expect(set.json()).toMatchObject({ id, last_error: null });
    expect(set.stdout).not.toContain("tr0ub4dor");
    await place.run(transport, { input, env: other });
    await place.run(["inbox", "dkim", "set", ADDRESS], { env: other });
    expect((await place.run(["doctor", "--json"], { env: other })).stdout).not.toContain("cannot be read");
  });
});
