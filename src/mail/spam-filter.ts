/** How often each token was seen in messages of one kind; a token counts once a message. */
export type TokenCount = ReadonlyMap<string, number> | ((token: string) => number);

/** One account's training. The totals are messages. */
export type SpamCounts = { spam: TokenCount; ham: TokenCount; spamTotal: number; hamTotal: number };

/** From here on a message is spam; SpamBayes and bogofilter use 0.9 to 0.99. */
export const SPAM_THRESHOLD = 0.9;

/** Messages of each kind below which nothing is judged: one marked newsletter must not hide customers. */
export const MIN_TRAINED = 10;

/** Weight and value of the prior of a token (Robinson's s and x, with SpamBayes' values). */
const PRIOR_STRENGTH = 0.45;
const PRIOR = 0.5;
/** Tokens nearer to the middle than this say nothing. */
const MIN_DEVIATION = 0.1;
/** The strongest tokens decide, so that a page of copied prose does not drown them. */
const MAX_CLUES = 150;

/**
 * How likely a message is spam, 0 to 1, by what the account has marked; 0.5 means unknown, as for an account with
 * fewer than MIN_TRAINED messages of either kind. Robinson's f(w), combined by Fisher's method over a chi-squared
 * distribution: G. Robinson, "A Statistical Approach to the Spam Problem", Linux Journal 107, 2003; constants of
 * SpamBayes. Why not a library: docs/decisions/0006-spam-filter.md.
 */
export function spamScore(tokens: string[], counts: SpamCounts): number {
  if (counts.spamTotal < MIN_TRAINED || counts.hamTotal < MIN_TRAINED) return 0.5;
  const clues = [...new Set(tokens)]
    .map((token) => probability(token, counts))
    .filter((value) => Math.abs(value - 0.5) >= MIN_DEVIATION)
    .toSorted((a, b) => Math.abs(b - 0.5) - Math.abs(a - 0.5))
    .slice(0, MAX_CLUES);
  if (clues.length === 0) return 0.5;
  let logOfSpam = 0;
  let logOfHam = 0;
  for (const value of clues) {
    logOfSpam += Math.log(value);
    logOfHam += Math.log(1 - value);
  }
  const spamminess = 1 - chiSquaredTail(-2 * logOfHam, clues.length);
  const hamminess = 1 - chiSquaredTail(-2 * logOfSpam, clues.length);
  return (spamminess - hamminess + 1) / 2;
}

const read = (counts: TokenCount, token: string): number =>
  (typeof counts === "function" ? counts(token) : counts.get(token)) ?? 0;

/** Robinson's f(w): the share of spam among a token's uses, drawn to the prior while there are few. */
function probability(token: string, { spam, ham, spamTotal, hamTotal }: SpamCounts): number {
  // Counts may lag behind the totals or exceed them, since they are stored apart.
  const inSpam = Math.min(Math.max(read(spam, token), 0), spamTotal);
  const inHam = Math.min(Math.max(read(ham, token), 0), hamTotal);
  const uses = inSpam + inHam;
  if (uses === 0) return PRIOR;
  const spamShare = inSpam / spamTotal;
  const share = spamShare / (spamShare + inHam / hamTotal);
  return (PRIOR_STRENGTH * PRIOR + uses * share) / (PRIOR_STRENGTH + uses);
}

/** The chance that a chi-squared value with 2n degrees of freedom is at least `value`. */
function chiSquaredTail(value: number, n: number): number {
  const m = value / 2;
  // In logarithms, since e^-m is 0 in a double from m = 746 on, which 150 strong clues reach.
  let term = -m;
  let sum = Math.exp(term);
  for (let i = 1; i < n; i++) {
    term += Math.log(m / i);
    sum += Math.exp(term);
  }
  return Math.min(sum, 1);
}
