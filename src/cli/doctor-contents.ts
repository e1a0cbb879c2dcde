import type { Config } from "../config.ts";
import { HOUR, MINUTE, now } from "../domain/time.ts";
import { listAccounts } from "../storage/accounts.ts";
import { listApiTokens } from "../storage/api-tokens.ts";
import type { Reader } from "../storage/database.ts";
import { countJobs } from "../storage/jobs.ts";
import { listMailboxes } from "../storage/mailboxes.ts";
import { countOutcomes } from "../storage/received-messages.ts";
import type { AccountRow } from "../storage/schema.ts";
import { countMistallied } from "../storage/tally-check.ts";
import { keepsTallies } from "../storage/ticket-tallies.ts";
import { type Check, note, ok, wrong } from "./doctor-check.ts";
import { checkDns } from "./doctor-dns.ts";
import { checkOutgoing, opens } from "./doctor-outgoing.ts";
import { checkReach, checkRelay } from "./doctor-reach.ts";

/** A host has thousands of help desks; one is looked at with --site. */
const MOST_ACCOUNTS = 50;

/** What the help desks hold: tokens, mail that needs a person, jobs. */
export async function checkContents(reader: Reader, config: Config): Promise<Check[]> {
  const { site } = config;
  const accounts = await listAccounts(reader);
  const checks = [accountsCheck(accounts, site)];
  const chosen = accounts.filter((account) => site === null || account.site === site).slice(0, MOST_ACCOUNTS);
  for (const account of chosen) {
    checks.push(
      await checkTokens(reader, account),
      ...(await checkCounts(reader, account)),
      ...(await checkMail(reader, account)),
      ...(await checkMailboxes(reader, account, config)),
    );
    checks.push(...(await checkOutgoing(reader, account, config)));
    checks.push(...(await checkReach(reader, account, config)), ...(await checkDns(reader, account, config)));
  }
  return [...checks, ...(await checkRelay(config)), ...(await checkJobs(reader))];
}

function accountsCheck(accounts: AccountRow[], site: string | null): Check {
  const name = "help desks";
  if (accounts.length === 0) {
    return note(name, "none yet", '"cantrip setup" makes one, and so does the first "cantrip serve"');
  }
  if (site !== null && !accounts.some((account) => account.site === site)) {
    return wrong(
      name,
      `there is no "${site}"`,
      '"cantrip account list" shows those there are; mend --site or CANTRIP_SITE',
    );
  }
  const shown = accounts.slice(0, 10).map((account) => account.site);
  return ok(name, `${accounts.length}: ${shown.join(", ")}${accounts.length > shown.length ? ", …" : ""}`);
}

async function checkTokens(reader: Reader, account: AccountRow): Promise<Check> {
  const tokens = await listApiTokens(reader, account.id);
  const open = tokens.filter((token) => token.revoked_at === null).length;
  const name = `${account.site}: tokens`;
  if (open > 0) return ok(name, `${open} open the API, ${tokens.length - open} revoked`);
  return note(name, "none opens the API", `run: cantrip token create --site ${account.site} --name "First token"`);
}

/** What is kept beside the tickets has to be what they are. */
async function checkCounts(reader: Reader, account: AccountRow): Promise<Check[]> {
  if (!(await keepsTallies(reader))) return [];
  const name = `${account.site}: counts`;
  const mistallied = await countMistallied(reader, account.id);
  if (mistallied === 0) return [ok(name, "the counts of tickets that are kept are right")];
  const mend =
    "a restore counts anew: stop the server, and run: cantrip backup now.cantrip; then: cantrip restore --force now.cantrip";
  return [wrong(name, `the counts of tickets that are kept are wrong (by ${mistallied} in all)`, mend)];
}

async function checkMail(reader: Reader, account: AccountRow): Promise<Check[]> {
  const { pending = 0, quarantine = 0, ...done } = await countOutcomes(reader, account.id);
  const name = `${account.site}: mail`;
  const checks: Check[] = [];
  if (pending > 0) {
    const mend = `a running server takes it up; or run: cantrip mail process --site ${account.site}`;
    checks.push(note(name, `${pending} stored and not yet processed`, mend));
  }
  if (quarantine > 0) {
    const mend = `look with: cantrip mail list --site ${account.site} --outcome quarantine; try again with: cantrip mail requeue --site ${account.site} --all-quarantined`;
    checks.push(note(name, `${quarantine} put aside for a person (quarantine)`, mend));
  }
  if (checks.length > 0) return checks;
  const received = Object.values(done).reduce((sum, count) => sum + count, 0);
  return [ok(name, `${received} received, none waits`)];
}

/** A mailbox is looked at every half hour even when it fails; one that was not for longer has nobody who does. */
const FETCHED_WITHIN = 2 * HOUR;

async function checkMailboxes(reader: Reader, account: AccountRow, config: Config): Promise<Check[]> {
  return (await listMailboxes(reader, account.id)).map((mailbox) => {
    const { id, username, host, last_error, last_fetched_at, created_at } = mailbox;
    const name = `${account.site}: mailbox ${username} on ${host}`;
    if (!opens(mailbox, config)) {
      const mend = `set it again: cantrip mailbox password --site ${account.site} ${id}; or bring back CANTRIP_SECRET_KEY or secret.key`;
      return wrong(name, "its password cannot be read", mend);
    }
    const age = now() - (last_fetched_at ?? created_at);
    const fetched = last_fetched_at === null ? "never fetched" : `all fetched ${Math.round(age / MINUTE)} minutes ago`;
    if (last_error !== null) {
      return wrong(
        name,
        `${last_error} (${fetched})`,
        `mend it, and try: cantrip mailbox test --site ${account.site} ${id}`,
      );
    }
    if (age > FETCHED_WITHIN) return note(name, fetched, 'a running server ("cantrip serve") fetches it');
    return ok(name, fetched);
  });
}

async function checkJobs(reader: Reader): Promise<Check[]> {
  const jobs = await countJobs(reader);
  const waiting = jobs.filter((job) => job.waiting > 0).map((job) => `${job.waiting} ${job.kind}`);
  const failed = jobs.filter((job) => job.failed > 0).map((job) => `${job.failed} ${job.kind}`);
  const text = waiting.length === 0 ? "none waits" : `waiting: ${waiting.join(", ")}`;
  if (failed.length === 0) return [ok("jobs", `${text}, none failed`)];
  return [
    wrong(
      "jobs",
      `given up after many attempts: ${failed.join(", ")}; ${text}`,
      "the server's log says why they failed",
    ),
  ];
}
