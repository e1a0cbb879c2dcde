import type { Verdicts } from "../mail/authentication.ts";
import type { ParsedMessage } from "../mail/parsed-message.ts";
import { MIN_TRAINED, SPAM_THRESHOLD, spamScore } from "../mail/spam-filter.ts";
import { tokensOf } from "../mail/spam-tokens.ts";
import type { Reader, Tx } from "../storage/database.ts";
import { wasWrittenTo } from "../storage/opening-messages.ts";
import type { ReceivedMessageRow } from "../storage/schema.ts";
import { findSpamTokens, findSpamTotals } from "../storage/spam.ts";
import type { PreparedMessage } from "./add-message.ts";

export interface SpamJudgement {
  /** 0 to 1; null when it was not asked. */
  score: number | null;
  isSpam: boolean;
}

const NOT_JUDGED: SpamJudgement = { score: null, isSpam: false };

/** A message that begins a ticket. */
interface Opening {
  received: ReceivedMessageRow;
  parsed: ParsedMessage;
  verdicts: Verdicts | null;
  prepared: PreparedMessage;
  isReport: boolean;
}

/**
 * What the account's filter says of a message that begins a ticket. Whom we have written to is no spammer, unless DMARC says
 * that it is not them; what answers by itself was written to; and an import is history.
 */
export async function judgeSpam(tx: Tx, customerId: string, opening: Opening): Promise<SpamJudgement> {
  const { received, parsed, verdicts, prepared, isReport } = opening;
  const { account_id } = received;
  if (received.source === "import" || isReport || prepared.row.auto_kind === "auto-reply") return NOT_JUDGED;
  if (verdicts?.dmarc !== "fail" && (await wasWrittenTo(tx, account_id, customerId))) return NOT_JUDGED;
  const score = await scoreOf(tx, account_id, parsed);
  return { score, isSpam: score >= SPAM_THRESHOLD };
}

async function scoreOf(reader: Reader, accountId: string, parsed: ParsedMessage): Promise<number> {
  const totals = await findSpamTotals(reader, accountId);
  if (Math.min(totals.spam, totals.ham) < MIN_TRAINED) return UNKNOWN;
  const tokens = tokensOf(parsed);
  const rows = await findSpamTokens(reader, accountId, tokens);
  return spamScore(tokens, {
    spam: new Map(rows.map(({ token, spam }) => [token, spam])),
    ham: new Map(rows.map(({ token, ham }) => [token, ham])),
    spamTotal: totals.spam,
    hamTotal: totals.ham,
  });
}

/** What `spamScore` answers when it knows too little; here without reading the tokens. */
const UNKNOWN = 0.5;

/** Rounded down, so that what is shown never passes a line that the score does not. */
export function scoreText(score: number | null): string {
  return (Math.floor((score ?? 0) * 1000) / 1000).toString();
}

/** What the reason of a message says when DMARC failed: it is filed where it claims to belong, and marked. */
export function doubtOf(verdicts: Verdicts | null): string {
  if (verdicts?.dmarc !== "fail") return "";
  return `; DMARC failed: it may not be from ${verdicts.domain ?? "whom it says"}`;
}
