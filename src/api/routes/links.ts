import { contactKey } from "../../domain/contact-values.ts";
import { NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { hashPassword, passwordFault } from "../../domain/passwords.ts";
import { HOUR, now } from "../../domain/time.ts";
import { finishSetup } from "../../desk/finish-setup.ts";
import { type LinkHolder, type LinkKind, findLinkHolder } from "../../desk/one-time-links.ts";
import { type SignInMeans, beginSession, changePassword } from "../../desk/sign-in.ts";
import { mailLink } from "../../desk/system-mail.ts";
import { findAccount } from "../../storage/accounts.ts";
import type { Tx } from "../../storage/database.ts";
import { listOpenKeys, useOneTimeKey } from "../../storage/one-time-keys.ts";
import type { UserRow } from "../../storage/schema.ts";
import { findWhoSignsIn, updateUser } from "../../storage/users.ts";
import { askedSite } from "../asked-site.ts";
import { answerBegun, placeOf } from "../begin-session.ts";
import type { OpenCall } from "../call.ts";
import { type Answer, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { ENVELOPE } from "../parameters.ts";
import type { ApiContext, Router } from "../router.ts";
import {
  AcceptInvitation,
  AskReset,
  Invitation,
  ResetPassword,
  Setup,
  SetupState,
  SignInState,
} from "../schemas/sign-in.ts";

const tag = "Sign-in";
const parameters = [ENVELOPE];
const BEGINS = { tag, parameters, answer: SignInState, status: 201 } as const;

/** The first run: whoever has the link that the server printed takes charge of the help desk. */
export function declareSetup(router: Router): void {
  const { context } = router;

  router.open(
    "GET",
    "/setup",
    { tag, summary: "Whether the help desk is still to be set up", parameters, answer: SetupState, status: 200 },
    async ({ request }) => {
      const asked = await askedSite(context.auth, request.raw, undefined);
      const open = await listOpenKeys(context.db, "setup");
      return ok({ needed: open.some(({ account_id }) => asked === "any" || asked.account?.id === account_id) });
    },
  );

  router.open(
    "POST",
    "/setup",
    { ...BEGINS, summary: "Set the help desk up and sign in", body: Setup },
    async (call) => {
      const faults = new Faults();
      const { key = "", password = "", name = "", email = "", ...names } = checkBody(Setup, call.request.body, faults);
      const holder = await findLinkHolder(context.db, "setup", key);
      if (holder === undefined && key !== "") {
        context.throttle.take(call.address, null);
        faults.add("key must be the one in the link that the server printed at its start");
      }
      const passwordHash = await newPassword(password, email, faults);
      return await begin(context, call, "setup", async (tx) => {
        const owner = await finishSetup(
          tx,
          known(holder),
          { ...names, name, email, passwordHash },
          call.address,
          faults,
        );
        faults.throwIfAny();
        return owner;
      });
    },
  );
}

/** Links that were sent to people: to join, and to choose a new password. */
export function declareLinks(router: Router): void {
  const { context } = router;
  const { db } = context;

  router.open(
    "GET",
    "/invitations/:key",
    { tag, summary: "Get what an invitation is to", parameters, answer: Invitation, status: 200 },
    async (call) => {
      const { user } = await holderOf(context, "invitation", call);
      const account = await findAccount(db, user.account_id);
      const { email, first_name, last_name } = user;
      return ok({ email, first_name, last_name, account: { site: account?.site, name: account?.name } });
    },
  );

  router.open(
    "POST",
    "/invitations/:key",
    { ...BEGINS, summary: "Accept an invitation and sign in", body: AcceptInvitation },
    async (call) => {
      const faults = new Faults();
      const { password = "", ...names } = checkBody(AcceptInvitation, call.request.body, faults);
      const holder = await holderOf(context, "invitation", call);
      const hash = await newPassword(password, holder.user.email, faults);
      return await begin(context, call, "invitation", async (tx) => {
        const user = await takeHolder(tx, holder, hash, call.address, "invitation");
        return Object.keys(names).length === 0 ? user : await updateUser(tx, user.account_id, user.id, names);
      });
    },
  );

  router.open(
    "POST",
    "/password-resets",
    { tag, summary: "Ask for a link to choose a new password, by mail", parameters, body: AskReset, status: 204 },
    async (call) => {
      const faults = new Faults();
      const { email = "", site } = checkBody(AskReset, call.request.body, faults);
      faults.throwIfAny();
      context.throttle.take(call.address, `reset ${contactKey("email", email)}`);
      await mailResets(context, call, email, site ?? undefined);
      return { status: 204 };
    },
  );

  router.open(
    "POST",
    "/password-resets/:key",
    { ...BEGINS, summary: "Choose a new password and sign in", body: ResetPassword },
    async (call) => {
      const faults = new Faults();
      const { password = "" } = checkBody(ResetPassword, call.request.body, faults);
      const holder = await holderOf(context, "password-reset", call);
      const hash = await newPassword(password, holder.user.email, faults);
      const take = async (tx: Tx) => await takeHolder(tx, holder, hash, call.address, "password-reset");
      return await begin(context, call, "password-reset", take);
    },
  );
}

/**
 * Mails a link to whoever has the address, if it can be; the answer is the same whether anybody has it. Only with a
 * configured public URL: by the host that a request names, a stranger could have a link of theirs mailed.
 */
async function mailResets(
  { auth, db, publicUrl, hasRelay }: ApiContext,
  { request }: OpenCall,
  email: string,
  site: string | undefined,
): Promise<void> {
  if (publicUrl === null) return;
  const asked = await askedSite(auth, request.raw, site);
  const account = asked === "any" ? null : (asked.account?.id ?? "nowhere");
  const users = await findWhoSignsIn(db, account, contactKey("email", email), 5);
  const means = { kind: "password-reset", origin: publicUrl, lifetime: HOUR, hasRelay } as const;
  for (const user of users) await db.transact(async (tx) => await mailLink(tx, user, means));
}

/** Whom the key in the path lets in; 404 when it is none, is over or was used. */
async function holderOf(
  { db, throttle }: ApiContext,
  kind: LinkKind,
  { request, address }: OpenCall,
): Promise<LinkHolder> {
  const { key = "" } = request.params as { key?: string };
  const holder = await findLinkHolder(db, kind, key);
  if (holder !== undefined) return holder;
  throttle.take(address, null);
  throw new NotFound();
}

/** The hash of a new password; throws all faults there are. */
async function newPassword(password: string, email: string, faults: Faults): Promise<string> {
  const fault = passwordFault(password, email);
  if (fault !== null) faults.add(`password ${fault}`);
  faults.throwIfAny();
  return await hashPassword(password);
}

async function takeHolder(
  tx: Tx,
  { key, user }: LinkHolder,
  hash: string,
  address: string,
  means: string,
): Promise<UserRow> {
  if (!(await useOneTimeKey(tx, key.account_id, key.id, now()))) throw new NotFound();
  return await changePassword(tx, user, hash, { address, keepSession: null, means });
}

async function begin(
  context: ApiContext,
  call: OpenCall,
  means: SignInMeans,
  take: (tx: Tx) => Promise<UserRow>,
): Promise<Answer> {
  const begun = await context.db.transact(async (tx) => await beginSession(tx, await take(tx), placeOf(call), means));
  return await answerBegun(context, call, begun);
}

function known(holder: LinkHolder | undefined): LinkHolder {
  if (holder === undefined) throw new NotFound();
  return holder;
}
