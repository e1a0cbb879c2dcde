import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Installation, type SetUp, newInstallation, setup } from "./installation.ts";

const ID = /^[0-9a-f]{24}$/;

describe.skipIf(inject("postgresMissing") !== null)("the command line", () => {
  let place: Installation;
  let made: SetUp;

  beforeAll(async () => {
    place = await newInstallation();
    made = (await place.run(setup("acme"))).json<SetUp>();
  });
  afterAll(async () => {
    await place.remove();
  });

  test("sets a help desk up and answers with all that is needed to use it", async () => {
    expect(made).toEqual({
      account: { id: expect.stringMatching(ID), site: "acme", name: "Acme" },
      user: { id: expect.stringMatching(ID), first_name: null, last_name: null, email: "owner@acme.example" },
      inbox: { id: expect.stringMatching(ID), name: "Support", address: "help@acme.example" },
      token: expect.stringContaining(`${made.account.id}_`),
      password: expect.stringMatching(/^[a-z0-9]{5}(-[a-z0-9]{5}){3}$/),
    });
    expect((await stat(place.data)).mode & 0o777).toBe(0o700);
  });

  test("does not set the same site up twice", async () => {
    const again = await place.run(setup("acme"));
    expect(again).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("acme is already used") });
    expect((await place.run(["user", "list", "--json"])).json()).toMatchObject({ users: [{ role: "owner" }] });
  });

  test("says misuse with exit code 2, on standard error only", async () => {
    const misuses = [
      [],
      ["nonsense"],
      ["user", "create", "--site", "acme"],
      ["user", "list", "--frobnicate"],
      ["user", "list", "surplus"],
      ["label", "create", "--name", "x", "--color", "pinkish"],
      ["account", "set", "--credits-per-minute", "many"],
      ["account", "set"],
      ["token", "revoke"],
      ["inbox", "list", "--site", "Not a site!"],
      ["demo", "--tickets", "0"],
    ];
    const ran = await Promise.all(misuses.map(async (args) => await place.run(args)));
    expect(ran.map(({ code, stdout }, index) => ({ args: misuses[index], code, stdout }))).toEqual(
      misuses.map((args) => ({ args, code: 2, stdout: "" })),
    );
    expect(ran.every(({ stderr }) => stderr !== "")).toBe(true);
  });

  test("says an unknown site with exit code 1", async () => {
    const ran = await place.run(["user", "list", "--site", "nobody", "--json"]);
    expect(ran).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining('no help desk "nobody"') });
  });

  test("lists every fault of what it refuses, with exit code 1", async () => {
    const fault = await place.run(["inbox", "create", "--name", " ", "--address", "nowhere", "--json"]);
    expect(fault).toMatchObject({ code: 1, stdout: "" });
    expect(fault.stderr.trim().split("\n")).toEqual([
      "error: name must not be empty",
      "error: address must be an email address, such as help@example.com",
    ]);
  });

  test("makes no data folder by looking for one", async () => {
    const missing = `${place.data}-elsewhere`;
    const ran = await place.run(["user", "list", "--data", missing], { env: { DATABASE_URL: "" } });
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining("--data") });
    expect(existsSync(missing)).toBe(false);
  });

  test("adds people and lists them, with the password from standard input", async () => {
    const args = ["--first-name", "Ada", "--last-name", "Byron", "--email", "ada@acme.example", "--role", "admin"];
    const ran = await place.run(["user", "create", "--site", "acme", ...args, "--password-stdin", "--json"], {
      input: "correct horse battery staple\n",
    });
    const user = { id: expect.stringMatching(ID), first_name: "Ada", last_name: "Byron", email: "ada@acme.example" };
    expect(ran.json()).toEqual(user);
    const list = (await place.run(["user", "list", "--site", "acme", "--json"])).json<{ users: object[] }>();
    expect(list.users).toEqual([
      { ...user, role: "admin", created_at: expect.any(String) },
      expect.objectContaining({ email: "owner@acme.example", role: "owner" }),
    ]);
    const empty = await place.run(["user", "create", "--email", "b@acme.example", "--password-stdin"]);
    expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining("no password") });
  });

  test("adds inboxes and labels and lists them", async () => {
    const inbox = await place.run(["inbox", "create", "--name", "Sales", "--address", "sales@acme.example", "--json"]);
    expect(inbox.json()).toEqual({ id: expect.stringMatching(ID), name: "Sales", address: "sales@acme.example" });
    const label = await place.run(["label", "create", "--name", "urgent", "--color", "red", "--json"]);
    expect(label.json()).toEqual({ id: expect.stringMatching(ID), name: "urgent", color: "red" });
    const inboxes = await place.run(["inbox", "list", "--json"]);
    expect(inboxes.json()).toEqual({ inboxes: [inbox.json(), made.inbox] });
    const labels = await place.run(["label", "list", "--json"]);
    expect(labels.json()).toEqual({ labels: [label.json()] });
    expect((await place.run(["label", "list"])).stdout).toMatch(/urgent +red/);
  });

  test("changes the limits of a help desk and leaves the rest as it is", async () => {
    const args = ["--credits-per-minute", "0", "--requests-per-second", "7", "--json"];
    const changed = await place.run(["account", "set", "--site", "acme", ...args]);
    expect(changed.json()).toMatchObject({ name: "Acme", credits_per_minute: 0, requests_per_second: 7 });
    expect((await place.run(["account", "show", "--json"])).json()).toEqual(changed.json());
    expect((await place.run(["account", "list", "--json"])).json()).toEqual({ accounts: [changed.json()] });
  });

  test("shows a token once, lists it without its secret, and revokes it", async () => {
    const token = (await place.run(["token", "create", "--name", "Script", "--json"])).json<{
      id: string;
      token: string;
    }>();
    expect(token).toEqual({ id: expect.stringMatching(ID), name: "Script", token: expect.any(String) });
    const list = await place.run(["token", "list", "--json"]);
    expect(list.stdout).not.toContain(token.token);
    const listed = {
      id: token.id,
      name: "Script",
      created_at: expect.any(String),
      last_used_at: null,
      revoked_at: null,
    };
    expect(list.json<{ tokens: object[] }>().tokens).toContainEqual(listed);
    const revoked = await place.run(["token", "revoke", token.id, "--json"]);
    expect(revoked.json()).toEqual({ ...listed, revoked_at: expect.any(String) });
    const unknown = await place.run(["token", "revoke", "0".repeat(24)]);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("no token") });
  });

  test("shows help with examples for every command, and its version", async () => {
    const commands = [
      "",
      "setup",
      "account set",
      "user create",
      "token revoke",
      "mail receive",
      "import mail",
      "demo",
      "doctor",
    ];
    const ran = await Promise.all(
      commands.map(async (name) => await place.run([...name.split(" "), "--help"].filter(Boolean))),
    );
    expect(ran.map(({ code, stdout }) => code === 0 && /Examples?:\n {2}\$ cantrip /.test(stdout))).toEqual(
      commands.map(() => true),
    );
    expect((await place.run(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe.skipIf(inject("postgresMissing") !== null)("with two help desks", () => {
  let place: Installation;

  beforeAll(async () => {
    place = await newInstallation();
    await place.run(setup("acme"));
    await place.run([...setup("other"), "--password-stdin"], { input: "a password" });
  });
  afterAll(async () => {
    await place.remove();
  });

  test("a command wants to know which, and touches only that", async () => {
    const unclear = await place.run(["label", "create", "--name", "mine"]);
    expect(unclear).toMatchObject({ code: 1, stderr: expect.stringContaining("--site") });
    expect((await place.run(["label", "create", "--site", "other", "--name", "mine"])).code).toBe(0);
    expect((await place.run(["label", "list", "--site", "acme", "--json"])).json()).toEqual({ labels: [] });
  });

  test("a password that was given is not shown", async () => {
    const third = await place.run([...setup("third"), "--password-stdin"], { input: "a password of mine\n" });
    expect(third.json()).not.toHaveProperty("password");
    expect(third.stdout).not.toContain("a password of mine");
  });
});
