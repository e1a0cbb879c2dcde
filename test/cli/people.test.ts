import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { type Served, serve } from "../support/served.ts";
import type { TestServer } from "../support/test-api.ts";
import { type Installation, newInstallation, setup } from "./installation.ts";

const PASSWORD = "correct horse battery";

describe.skipIf(inject("postgresMissing") !== null)("letting people in from the command line", () => {
  let place: Installation;
  let served: Served | undefined;
  beforeEach(async () => {
    place = await newInstallation();
  });
  afterEach(async () => {
    await served?.stop();
    served = undefined;
    await place.remove();
  });

  const browserOf = ({ url, port }: Served) => openBrowser({ url, port } as TestServer);
  const started = async (): Promise<Served> => (served = await serve(place));
  const keyOf = (link: string): string => link.split(/[=/]/).at(-1) ?? "";

  test("the first start prints a link to set the help desk up, each start another, until somebody has", async () => {
    const first = await printed(place);
    expect(first).toMatch(/To set it up, open\n\n {4}http:\/\/127\.0\.0\.1:\d+\/setup\?key=[0-9a-f]{24}_[\w-]{43}\n/);
    expect(first).toMatch(/Bearer [0-9a-f]{24}_[\w-]{43}/);
    expect(first).not.toMatch(/password/i);
    const running = await started();
    const { setup_url } = JSON.parse(running.line) as { setup_url: string };
    expect(setup_url.startsWith(`${running.url}/setup?key=`)).toBe(true);
    expect(first).not.toContain(keyOf(setup_url));
    const answers = { key: keyOf(setup_url), name: "Acme", email: "ada@acme.example", password: PASSWORD };
    expect((await browserOf(running).post("/setup", answers)).status).toBe(201);
    await running.stop();
    const later = await started();
    expect(JSON.parse(later.line)).toMatchObject({ first_run: null, setup_url: null });
  }, 60_000);

  test("a link lets in who has no password yet, or forgot it, where no mail is sent", async () => {
    await place.run(setup("acme"));
    await place.run(["user", "create", "--email", "ada@acme.example"]);
    const running = await started();
    const link = async (...more: string[]) => await place.run(["user", "link", "--email", "ada@acme.example", ...more]);
    const invitation = await link("--json", "--public-url", running.url);
    const { url } = invitation.json<{ url: string }>();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/invitations\//);
    const browser = browserOf(running);
    expect((await browser.post(`/invitations/${keyOf(url)}`, { password: PASSWORD })).status).toBe(201);
    const reset = await link("--public-url", "https://help.example.com");
    expect(reset.stdout).toMatch(
      /^https:\/\/help\.example\.com\/password-resets\/\S+\nIt lets .* in once, for an hour\.\n$/,
    );
    const key = keyOf(reset.stdout.split("\n")[0] ?? "");
    expect((await browser.post(`/password-resets/${key}`, { password: "another password" })).status).toBe(201);
    const nobody = await place.run(["user", "link", "--email", "nobody@acme.example"]);
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining("has no user nobody@acme.example") });
  }, 60_000);

  test("a reset makes up a password, ends the sessions, and takes lost second factors away", async () => {
    await place.run(setup("acme"));
    await place.run(["user", "create", "--email", "ada@acme.example", "--password-stdin"], { input: PASSWORD });
    const running = await started();
    const browser = browserOf(running);
    await browser.post("/session", { email: "ada@acme.example", password: PASSWORD });
    await browser.post("/me/totp");
    const ran = await place.run(["user", "reset-password", "--email", "ada@acme.example", "--second-factor", "--json"]);
    const { password } = ran.json<{ password: string }>();
    expect(password).toMatch(/^[a-z0-9]{5}(-[a-z0-9]{5}){3}$/);
    expect((await browser.get("/session")).status).toBe(401);
    const got = await browserOf(running).post("/session", { email: "ada@acme.example", password });
    expect(got.body).toEqual({ state: "signed_in" });
    const simple = ["user", "reset-password", "--email", "ada@acme.example", "--password-stdin"];
    expect(await place.run(simple, { input: "short" })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("the password must have at least 10 characters"),
    });
  }, 60_000);
});

/** What a start prints for people. */
async function printed(place: Installation): Promise<string> {
  const child = place.start(["serve", "--port", "0"]);
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes("cantrip demo") || text.includes("token create")) break;
  }
  child.kill("SIGINT");
  await new Promise((resolve) => child.once("exit", resolve));
  return text;
}
