import { TOTP } from "otpauth";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { storeReceivedMessage } from "../../src/desk/store-received.ts";
import { hashPassword } from "../../src/domain/passwords.ts";
import { expectAccessible } from "../support/axe.ts";
import { inChromium } from "../support/chromium.ts";
import { addPasskey } from "../support/passkeys.ts";
import type { TestDesk } from "../support/test-api.ts";
import { addPerson, appears, disappears, openPage, openWebDesk } from "../support/web-desk.ts";

/** For a machine that has other things to do. */
const PATIENCE = 600_000;

/** What is pressed one after the other, and what is seen then. */
type Step = readonly [where: string, buttons: readonly (string | RegExp)[], seen: string | RegExp];

/** A desk with one of everything that has a screen, and who is to look at it. */
async function furnish(desk: TestDesk) {
  const owner = await addPerson(desk, "Ada Byron", "owner");
  const password_hash = await hashPassword("correct horse battery");
  await desk.server.storage.db.transact(
    async (tx) =>
      await tx.query
        .updateTable("users")
        .set({ password_hash })
        .where("account_id", "=", desk.account.id)
        .where("id", "=", owner.id)
        .execute(),
  );
  const ben = await addPerson(desk, "Bartholomew-Maximilian Featherstonehaugh");
  for (const { id } of [owner, ben]) await addPasskey(desk, id);
  const signedIn = await desk.signIn({ user: owner });
  const made = async (path: string, body: object): Promise<string> => {
    const got = await signedIn.post(path, body);
    expect([path, got.status]).toEqual([path, 201]);
    return got.body.id as string;
  };
  const inbox_id = desk.inbox.id;
  const server = { inbox_id, host: "mail.example.com", port: 993, user: "help@desk.example", password: "x" };
  const raw = Buffer.from("From: Ruby <ruby@x.example>\r\nTo: help@desk.example\r\nSubject: Lost\r\n\r\nWhere?\r\n");
  const received = {
    accountId: desk.account.id,
    inboxId: inbox_id,
    source: "smtp",
    sourcePosition: null,
    raw,
  } as const;
  await storeReceivedMessage(desk.server.storage, { ...received, refused: "it could not be filed: the disk was full" });
  return {
    owner,
    ben: ben.id,
    mary: desk.user.id,
    label: await made("/labels", { name: "needs an answer by tomorrow", color: "amber" }),
    reply: await made("/saved-replies", { name: "On its way", body: "<p>Soon</p>", htmlized: true, shared: true }),
    mailbox: await made("/mailboxes", server),
    transport: await made("/transports", { ...server, port: 465 }),
  };
}

function stepsOf(desk: TestDesk, made: Awaited<ReturnType<typeof furnish>>): readonly Step[] {
  const inbox = `/settings/inboxes/${desk.inbox.id}`;
  const person = `/settings/people/${made.ben}`;
  return [
    ["profile", ["Save", "Change the password"], /must be|is required/],
    ["security", ["Set up"], "Scan this code"],
    ["security", ["Set up", "Turn on"], /must be|is required/],
    ["security", ["Add a passkey"], "Give it a name to know it by."],
    ["security", ["Rename Key"], "Rename Key"],
    ["security", ["Remove Key"], "It opens your account no more."],
    ["security", ["Make new codes"], "The codes that you have now"],
    ["security", ["Sign out everywhere else"], "All other browsers and devices"],
    ["inboxes/new", ["New inbox"], /must be|is required/],
    [inbox, ["Make a key"], "Set this TXT record"],
    [inbox, ["Sign no more"], "The key goes."],
    [inbox, ["Delete"], "Its settings go."],
    [`mailboxes/new?inbox=${desk.inbox.id}`, ["Test"], /must be|is required/],
    [`mailboxes/${made.mailbox}`, ["Remove"], "New mail in it becomes no tickets."],
    ["servers/new", ["Test"], /must be|is required/],
    [`servers/${made.transport}`, ["Remove"], "Replies wait until there is another"],
    ["people/new", ["Invite"], /must be|is required/],
    [person, ["Make a link"], "It is shown this once."],
    [`/settings/people/${made.mary}`, [/^Hand over/], "You become an admin"],
    [person, ["Remove"], "count no more"],
    [person, ["Deactivate"], "They are signed out at once"],
    ["labels/new", ["New label"], /must|is required/],
    [`labels/${made.label}`, ["Delete"], "This cannot be undone."],
    ["saved-replies/new", ["Save"], /must be|is required/],
    [`saved-replies/${made.reply}`, ["Delete"], "It goes for everybody."],
    ["apps", ["Install the API app"], /must be|is required/],
  ];
}

const fits = "document.documentElement.scrollWidth <= innerWidth";

/** Axe finds nothing on what is shown, in the light and in the dark. */
async function lookAt(page: Page): Promise<void> {
  expect(await page.evaluate(fits)).toBe(true);
  for (const colorScheme of ["light", "dark"] as const) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await page.emulateMedia({ colorScheme });
    // oxlint-disable-next-line no-await-in-loop -- colours that are seen, not those on their way
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 50)))");
    // oxlint-disable-next-line no-await-in-loop
    await expectAccessible(page);
  }
}

/** Takes every step, and says at the end which went wrong. */
function walk() {
  const wrong: string[] = [];
  return {
    wrong,
    at: async (name: string, work: () => Promise<void>): Promise<void> =>
      await work().catch((error: unknown) => void wrong.push(`${name}: ${wordsOf(error)}`)),
  };
}

/** What axe found stands in the error beside its message. */
function wordsOf(error: unknown): string {
  const { message, actual } = error as { message: string; actual?: unknown };
  return Array.isArray(actual) ? actual.join("\n") : message;
}

async function go(page: Page, where: string): Promise<void> {
  await page.goto(where.startsWith("/") ? where : `/settings/${where}`);
  await appears(page.getByRole("heading", { level: 1 }));
  await disappears(page.getByRole("status", { name: "Loading" }));
}

async function press(page: Page, name: string | RegExp): Promise<void> {
  await page
    .locator("main, dialog")
    .getByRole("button", { name, exact: typeof name === "string" })
    .first()
    .click();
}

inChromium("what opens from the settings", () => {
  test.each([
    ["on a desk", { width: 1440, height: 900 }, false],
    ["on a phone", { width: 360, height: 740 }, true],
  ] as const)(
    "is one that axe finds nothing on, %s, in the light and in the dark",
    async (_name, viewport, isMobile) => {
      const desk = await openWebDesk();
      const made = await furnish(desk);
      const as = { user: made.owner };
      const { at, wrong } = walk();
      const options = { viewport, isMobile, hasTouch: isMobile, at: "/settings/profile", allow: [/status of 422/] };
      const { page } = await openPage(desk, { as, ...options });
      // Who leaves with something typed is asked, here by the browser itself.
      page.on("dialog", (dialog) => void dialog.accept());
      for (const [where, buttons, seen] of stepsOf(desk, made)) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await at(`${where}, ${String(buttons.at(-1))}`, async () => {
          await go(page, where);
          for (const name of buttons) await press(page, name);
          await appears(page.getByText(seen));
          await lookAt(page);
        });
      }
      await at("the invitation", async () => {
        await go(page, "people/new");
        await page.getByLabel("Email").fill("zoe@desk.example");
        await page.getByLabel("Only these").check();
        await press(page, "Invite");
        await appears(page.getByRole("dialog", { name: "The invitation" }));
        await lookAt(page);
      });
      await at("a token", async () => {
        await go(page, "apps");
        await page.getByLabel("Name", { exact: true }).fill("Reports");
        await press(page, "Install the API app");
        await appears(page.getByRole("dialog", { name: "The token of Reports" }));
        await lookAt(page);
        await press(page, "Done");
        await press(page, "Revoke Reports");
        await appears(page.getByText("Its token opens nothing any more"));
        await lookAt(page);
      });
      await at("a second factor that is turned on, its recovery codes, and turning it off", async () => {
        await go(page, "security");
        await press(page, "Set up");
        const app = new TOTP({ secret: await page.getByLabel("Key", { exact: true }).inputValue() });
        await page.getByLabel("Code", { exact: true }).fill(app.generate());
        await press(page, "Turn on");
        await appears(page.getByRole("dialog", { name: "Your recovery codes" }));
        await lookAt(page);
        await press(page, "I have kept them");
        await press(page, "Turn off");
        await appears(page.getByRole("dialog", { name: "Turn the authenticator app off?" }));
        await lookAt(page);
      });
      await at("signing in to a mailbox by OAuth", async () => {
        await go(page, `mailboxes/new?inbox=${desk.inbox.id}`);
        await page.getByLabel("Sign in with").selectOption({ label: "OAuth 2" });
        await press(page, "Test");
        await appears(page.getByLabel("Refresh token"), page.getByText(/must be|is required/).first());
        await lookAt(page);
      });
      await at("a trial that is over", async () => {
        await go(page, `mailboxes/new?inbox=${desk.inbox.id}`);
        await page.getByLabel("Server", { exact: true }).fill("127.0.0.1");
        await page.getByLabel("Password or app password").fill("secret");
        await press(page, "Test");
        await appears(page.getByText("Receiving does not work yet"));
        await lookAt(page);
      });
      await at("leaving with something typed", async () => {
        await go(page, "account");
        await page.getByLabel("Name of the help desk").fill("Another name");
        await page.getByLabel("Seconds to take a reply back").fill("many");
        await press(page, "Save");
        await appears(page.getByText(/undo_seconds must be/));
        await lookAt(page);
        if (isMobile) await page.getByRole("button", { name: "All settings" }).click();
        else await page.getByRole("link", { name: "Profile" }).click();
        await appears(page.getByRole("dialog", { name: "Leave without saving?" }));
        await lookAt(page);
        await press(page, "Leave");
      });
      await at("the audit log, narrowed", async () => {
        await go(page, "audit");
        await page.getByLabel("What", { exact: true }).selectOption({ label: "Apps" });
        await appears(page.getByText("installed an app", { exact: false }));
        await lookAt(page);
        await page.getByLabel("What", { exact: true }).selectOption({ label: "Labels" });
        await lookAt(page);
      });
      await at("what was put aside", async () => {
        await go(page, "received");
        await page.getByRole("list", { name: "Received mail" }).getByRole("link").first().click();
        await appears(page.getByText("it could not be filed: the disk was full"));
        await lookAt(page);
      });
      expect(wrong).toEqual([]);
    },
    PATIENCE,
  );
});
