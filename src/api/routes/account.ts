import { Type } from "typebox";
import { NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { now } from "../../domain/time.ts";
import { createToken } from "../../desk/create-token.ts";
import { updateAccount } from "../../desk/update-account.ts";
import { findAccount } from "../../storage/accounts.ts";
import { findApiToken, listApiTokens, revokeApiToken } from "../../storage/api-tokens.ts";
import { type AuditFilter, countAuditEntries, listAuditEntries, recordAudit } from "../../storage/audit-entries.ts";
import { pathId } from "../call.ts";
import { NO_CONTENT, created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { readPaging } from "../conventions/paging.ts";
import type { Query } from "../conventions/query.ts";
import { ENVELOPE, OF_PAGES, OF_RESOURCE, OF_WHOLE, SINCE_CREATED, parameter } from "../parameters.ts";
import { presentAccount, presentApp, presentAuditEntry } from "../present/person.ts";
import type { Router } from "../router.ts";
import { Account, App, AuditEntry, CreateApp, UpdateAccount } from "../schemas/people.ts";

/** The help desk as a whole: its name and limits. */
export function declareAccount(router: Router): void {
  const { db } = router.context;
  const tag = "Account";
  const options = { tag, parameters: OF_RESOURCE, answer: Account, status: 200 } as const;

  router.read("/account", { ...options, summary: "Get the help desk" }, async ({ account, query }) => {
    const found = await findAccount(db, account.id);
    if (found === undefined) throw new NotFound();
    return ok(presentAccount(found, readFields(query)), found.version);
  });

  router.write(
    "PATCH",
    "/account",
    { ...options, summary: "Change the help desk's name and limits", body: UpdateAccount, least: "admin" },
    async (tx, call) => {
      const faults = new Faults();
      const input = checkBody(UpdateAccount, call.request.body, faults);
      const before = await findAccount(tx, call.account.id);
      const condition = readPrecondition(call.request.headers["if-match"]);
      const account = await updateAccount(tx, call.account.id, input, faults, condition);
      const changed = Object.entries(input).filter(([name, value]) => before?.[name as "name"] !== value);
      if (changed.length > 0) {
        const details = Object.fromEntries(changed.map(([name, value]) => [name, [before?.[name as "name"], value]]));
        await recordAudit(tx, call, { action: "account.updated", subject: account.id, details });
      }
      return ok(presentAccount(account, readFields(call.query)), account.version);
    },
  );
}

/** The installations of the API app, each with a token of its own (A2). */
export function declareApps(router: Router): void {
  const { db } = router.context;
  const tag = "Apps";
  const least = "admin";

  router.read(
    "/apps",
    {
      tag,
      summary: "List the installations of the API app",
      parameters: OF_WHOLE,
      collection: true,
      answer: Type.Array(App),
      status: 200,
      least,
    },
    async ({ account, query }) => {
      const apps = await listApiTokens(db, account.id);
      const body = apps.map((app) => presentApp(app, readFields(query)));
      return query.isTrue("count") ? { status: 200, body, total: apps.length } : ok(body);
    },
  );

  router.write(
    "POST",
    "/apps",
    {
      tag,
      summary: "Install the API app: a token, shown this once",
      parameters: OF_RESOURCE,
      body: CreateApp,
      answer: App,
      status: 201,
      least,
      secret: true,
    },
    async (tx, call) => {
      const faults = new Faults();
      const { name = "" } = checkBody(CreateApp, call.request.body, faults);
      const { id, token } = await createToken(tx, call.account.id, name, faults);
      const app = await findApiToken(tx, call.account.id, id);
      if (app === undefined) throw new NotFound();
      await recordAudit(tx, call, { action: "app.created", subject: id, details: { name } });
      return created(presentApp(app, readFields(call.query), token), "/apps");
    },
  );

  router.write(
    "DELETE",
    "/apps/:app_id",
    { tag, summary: "Revoke an installation's token", parameters: [ENVELOPE], status: 204, least },
    async (tx, call) => {
      const id = pathId(call, "app_id");
      const app = await findApiToken(tx, call.account.id, id);
      if (app === undefined || app.revoked_at !== null) throw new NotFound();
      await revokeApiToken(tx, call.account.id, id, now());
      await recordAudit(tx, call, { action: "app.revoked", subject: id, details: { name: app.name } });
      return NO_CONTENT;
    },
  );
}

/** Who did what to the settings. */
export function declareAudit(router: Router): void {
  const { db } = router.context;
  router.read(
    "/audit",
    {
      tag: "Account",
      summary: "List who did what to the settings, newest first",
      parameters: [
        parameter(
          "action",
          "Comma separated actions (`inbox.updated`), or things (`inbox`) for all that was done to them",
        ),
        parameter("user_id", "Comma separated user ids"),
        parameter("subject", "Comma separated ids of what it was done to"),
        SINCE_CREATED,
        ...OF_PAGES,
      ],
      collection: true,
      answer: Type.Array(AuditEntry),
      status: 200,
      least: "admin",
    },
    async ({ account, query }) => {
      const filter = readFilter(query);
      const reads = await db.listReads(account.id);
      const entries = await listAuditEntries(reads.quick, account.id, filter, readPaging(query));
      const body = entries.map((entry) => presentAuditEntry(entry, readFields(query)));
      if (!query.isTrue("count")) return ok(body);
      return { status: 200, body, total: await countAuditEntries(reads.long, account.id, filter) };
    },
  );
}

/** A name with more in it than names have matches nothing, and cannot widen a search. */
function readFilter(query: Query): AuditFilter {
  const actions = query.list("action")?.map((action) => (/^[a-z-]+(\.[a-z_-]+)?$/.test(action) ? action : "."));
  const users = query.list("user_id");
  const subjects = query.list("subject")?.filter((subject) => !subject.includes("\u0000"));
  const since = query.time("since_created_at");
  return {
    ...(actions !== undefined && { actions }),
    ...(users !== undefined && { userIds: users.filter((id) => !id.includes("\u0000")) }),
    ...(subjects !== undefined && { subjects }),
    ...(since !== undefined && { sinceCreated: since }),
  };
}
