import { Type } from "typebox";
import { Invalid, NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { type RelyingParty, addPasskey, readRegistration, registrationOptions } from "../../desk/passkeys.ts";
import {
  beginTimeCodes,
  confirmTimeCodes,
  dropRecoveryCodes,
  factorMethods,
  removeTimeCodes,
  renewRecoveryCodes,
} from "../../desk/second-factors.ts";
import type { UserRow } from "../../storage/schema.ts";
import { findAccount } from "../../storage/accounts.ts";
import { recordAudit } from "../../storage/audit-entries.ts";
import { deletePasskey, listPasskeys, renamePasskey } from "../../storage/second-factors.ts";
import { type Call, pathId } from "../call.ts";
import { NO_CONTENT, created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { runOnce } from "../conventions/idempotency.ts";
import { ENVELOPE } from "../parameters.ts";
import { checkOwnPassword, signedInUser } from "../own-password.ts";
import { isPasskeyResponse, relyingParty } from "../passkey-call.ts";
import { presentPasskey } from "../present/session.ts";
import type { ApiContext, Router } from "../router.ts";
import {
  CreatePasskey,
  Passkey,
  PasskeyOptions,
  RecoveryCodes,
  RenamePasskey,
  TimeCode,
  TimeCodeSecret,
  WithPassword,
} from "../schemas/sign-in.ts";

const OWN = { tag: "Me", parameters: [ENVELOPE], signedIn: true, least: "read_only", secret: true } as const;

/** The authenticator app and the recovery codes. */
export function declareTimeCodes(router: Router): void {
  const { context } = router;
  const { db } = context;

  router.write(
    "POST",
    "/me/totp",
    { ...OWN, summary: "Begin to set up an authenticator app", answer: TimeCodeSecret, status: 200 },
    async (tx, call) => {
      const user = await signedInUser(tx, call);
      const issuer = (await findAccount(tx, call.account.id))?.name ?? "Cantrip";
      return ok(await beginTimeCodes(tx, context.vault, user, issuer, new Faults()));
    },
  );

  router.write(
    "PUT",
    "/me/totp",
    {
      ...OWN,
      summary: "Put the authenticator app into force with a first code",
      body: TimeCode,
      answer: RecoveryCodes,
      status: 200,
    },
    async (tx, call) => {
      const faults = new Faults();
      const { code = "" } = checkBody(TimeCode, call.request.body, faults);
      faults.throwIfAny();
      const user = await signedInUser(tx, call);
      const recovery_codes = await confirmTimeCodes(tx, context.vault, user, code, faults);
      await recordAudit(tx, call, { action: "second-factor.added", subject: user.id, details: { kind: "totp" } });
      return ok({ recovery_codes });
    },
  );

  router.writeAfter(
    "DELETE",
    "/me/totp",
    { ...OWN, summary: "Take the authenticator app out of force", body: WithPassword, status: 204 },
    async (call) => {
      const user = await confirmed(context, call);
      await db.transact(async (tx) => {
        await removeTimeCodes(tx, user);
        await recordAudit(tx, call, { action: "second-factor.removed", subject: user.id, details: { kind: "totp" } });
      });
      return NO_CONTENT;
    },
  );

  router.writeAfter(
    "POST",
    "/me/recovery-codes",
    { ...OWN, summary: "Make new recovery codes", body: WithPassword, answer: RecoveryCodes, status: 200 },
    async (call) => {
      const user = await confirmed(context, call);
      return await runOnce(db, call.idempotent, async (tx) => {
        if ((await factorMethods(tx, user)).length === 0) {
          throw new Invalid(["recovery_codes stand in for a second factor: set one up first"]);
        }
        await recordAudit(tx, call, { action: "recovery-codes.renewed", subject: user.id });
        return ok({ recovery_codes: await renewRecoveryCodes(tx, user) });
      });
    },
  );
}

/** One's own passkeys. */
export function declarePasskeys(router: Router): void {
  const { context } = router;
  const { db } = context;
  const path = "/me/passkeys";

  router.read(path, { ...OWN, summary: "List your passkeys", answer: Type.Array(Passkey), status: 200 }, async (call) =>
    ok((await listPasskeys(db, call.account.id, call.user?.id ?? "")).map(presentPasskey)),
  );

  router.writeAfter(
    "POST",
    `${path}/options`,
    { ...OWN, summary: "Ask for what the browser needs to make a passkey", answer: PasskeyOptions, status: 200 },
    async (call) => {
      const options = await registrationOptions(db, await partyOf(context, call), await signedInUser(db, call));
      return await runOnce(db, call.idempotent, async () => await Promise.resolve(ok(options)));
    },
  );

  router.writeAfter(
    "POST",
    path,
    { ...OWN, summary: "Add a passkey", body: CreatePasskey, answer: Passkey, status: 201 },
    async (call) => {
      const faults = new Faults();
      const { name, response } = checkBody(CreatePasskey, call.request.body, faults);
      const user = await signedInUser(db, call);
      const party = await partyOf(context, call);
      const sound = isPasskeyResponse(response) ? await readRegistration(db, party, user, response) : null;
      return await runOnce(db, call.idempotent, async (tx) => {
        if (sound === null) faults.add("response must be what the new passkey answered to the options asked for last");
        faults.throwIfAny();
        if (sound === null) throw new NotFound();
        const shown = name === undefined || name.trim() === "" ? "Passkey" : name;
        const { passkey, recoveryCodes } = await addPasskey(tx, user, shown, sound, faults);
        const details = { kind: "passkey", name: shown };
        await recordAudit(tx, call, { action: "second-factor.added", subject: user.id, details });
        return created({ ...presentPasskey(passkey), recovery_codes: recoveryCodes }, path);
      });
    },
  );

  router.write(
    "PATCH",
    `${path}/:passkey_id`,
    { ...OWN, summary: "Rename a passkey", body: RenamePasskey, answer: Passkey, status: 200 },
    async (tx, call) => {
      const faults = new Faults();
      const { name = "" } = checkBody(RenamePasskey, call.request.body, faults);
      if (name !== "" && name.trim() === "") faults.add("name must not be empty");
      faults.throwIfAny();
      const id = pathId(call, "passkey_id");
      const passkey = await renamePasskey(tx, call.account.id, call.user?.id ?? "", id, name.trim());
      if (passkey === undefined) throw new NotFound();
      return ok(presentPasskey(passkey));
    },
  );

  router.write(
    "DELETE",
    `${path}/:passkey_id`,
    { ...OWN, summary: "Remove a passkey", status: 204 },
    async (tx, call) => {
      const user = await signedInUser(tx, call);
      if (!(await deletePasskey(tx, call.account.id, user.id, pathId(call, "passkey_id")))) throw new NotFound();
      await dropRecoveryCodes(tx, user);
      await recordAudit(tx, call, { action: "second-factor.removed", subject: user.id, details: { kind: "passkey" } });
      return NO_CONTENT;
    },
  );
}

/** Who is signed in, once more by their password: for what whoever finds the screen unlocked must not do. */
async function confirmed(context: ApiContext, call: Call): Promise<UserRow> {
  const faults = new Faults();
  const { password } = checkBody(WithPassword, call.request.body, faults);
  const user = await signedInUser(context.db, call);
  await checkOwnPassword(context, call, user, { field: "password", password }, faults);
  faults.throwIfAny();
  return user;
}

async function partyOf({ db, transport }: ApiContext, { account, request }: Call): Promise<RelyingParty> {
  return relyingParty(transport, request.raw, (await findAccount(db, account.id))?.name ?? "Cantrip");
}
