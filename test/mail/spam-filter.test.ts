import { describe, expect, test } from "vitest";
import { MIN_TRAINED, SPAM_THRESHOLD, spamScore, type SpamCounts } from "../../src/mail/spam-filter.ts";
import { MAX_TOKENS, tokensOf } from "../../src/mail/spam-tokens.ts";
import { parseText } from "./fixture.ts";
import { cpuSeconds } from "../support/cpu-time.ts";

// Messages are made of words that each kind prefers and of words that both use, by a fixed sequence.
const common = "please you the order have week new our team mail today account price".split(" ");
const spamWords = "winner casino pills crypto guaranteed urgent prize bonus offer unsubscribe loan seo rank".split(" ");
const hamWords = "invoice login error printer refund delivery screenshot password button broken update thanks".split(
  " ",
);

function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

async function message(kind: "spam" | "ham", seed: number): Promise<string[]> {
  const next = sequence(seed * 7919 + (kind === "spam" ? 1 : 2));
  const own = kind === "spam" ? spamWords : hamWords;
  const pick = (words: string[]): string => words[Math.floor(next() * words.length)] ?? "";
  // One word in thirty is of the other kind.
  const foreign = kind === "spam" ? hamWords : spamWords;
  const words = Array.from({ length: 40 }, () => pick(next() < 0.5 ? common : next() < 0.94 ? own : foreign));
  return tokensOf(
    await parseText(`From: p${seed}@h${seed % 5}.example\nSubject: ${pick(own)}\n\n${words.join(" ")}\n`),
  );
}

async function train(size: number): Promise<SpamCounts> {
  const counts = { spam: new Map<string, number>(), ham: new Map<string, number>(), spamTotal: size, hamTotal: size };
  for (const kind of ["spam", "ham"] as const) {
    for (let seed = 0; seed < size; seed++) {
      for (const token of await message(kind, seed)) counts[kind].set(token, (counts[kind].get(token) ?? 0) + 1);
    }
  }
  return counts;
}

const share = async (kind: "spam" | "ham", counts: SpamCounts): Promise<number> => {
  let found = 0;
  for (let seed = 10_000; seed < 10_200; seed++) {
    if (spamScore(await message(kind, seed), counts) >= SPAM_THRESHOLD) found++;
  }
  return found / 200;
};

describe("the spam filter", () => {
  test("finds what it was trained on in messages that it has not seen, and calls no customer spam", async () => {
    const counts = await train(50);
    expect(await share("spam", counts)).toBeGreaterThan(0.97);
    expect(await share("ham", counts)).toBe(0);
  });

  test("calls nothing spam before it has seen enough of both kinds", async () => {
    const trained = await train(50);
    const spam = await message("spam", 10_000);
    expect(spamScore(spam, { spam: new Map(), ham: new Map(), spamTotal: 0, hamTotal: 0 })).toBe(0.5);
    expect(spamScore(spam, { ...trained, hamTotal: MIN_TRAINED - 1 })).toBe(0.5);
    expect(spamScore(spam, { ...trained, spamTotal: MIN_TRAINED - 1 })).toBe(0.5);
  });

  test("is unsure of words that it has never seen", async () => {
    expect(spamScore(["xylophone", "zeppelin"], await train(20))).toBe(0.5);
  });

  test("reads counts by a function as well, and stays within 0 and 1 whatever they say", async () => {
    const wrong = { spam: () => 1e9, ham: () => -5, spamTotal: 10, hamTotal: 10 };
    const tokens = Array.from({ length: 600 }, (_, i) => `t${i}`);
    expect(spamScore(tokens, wrong)).toBeCloseTo(1);
    expect(spamScore(tokens, { ...wrong, spam: () => 0, ham: () => 10 })).toBeCloseTo(0);
    const counts = await train(20);
    const bySpam = (token: string): number => (counts.spam as Map<string, number>).get(token) ?? 0;
    const mail = await message("spam", 10_001);
    expect(spamScore(mail, { ...counts, spam: bySpam })).toBe(spamScore(mail, counts));
  });
});

describe("the tokens of a message", () => {
  test("tell where a word stood, who sent it and where its links lead", async () => {
    const parsed = await parseText(
      "From: Big Prize <win@Casino.example>\nReply-To: x@other.example\nSubject: You WIN\nX-Mailer: Bulk Mailer 3.1\n\n" +
        "Get it at https://pay.example/now?x=1 — 100% free, 幸運です\n",
    );
    const tokens = tokensOf(parsed);
    for (const token of ["from:win@casino.example", "from-domain:casino.example", "from-name:prize", "subject:win"]) {
      expect(tokens).toContain(token);
    }
    for (const token of ["reply-to:elsewhere", "link:pay.example", "mailer:bulk mailer", "free", "幸運"]) {
      expect(tokens).toContain(token);
    }
  });

  test("are bounded in number and length, and quickly found, whatever the message", async () => {
    const words = Array.from({ length: 200_000 }, (_, i) => `word${i.toString(36)}`).join(" ");
    const bodies = [words, "a".repeat(3_000_000), "漢".repeat(1_000_000), "https://a.b ".repeat(200_000)];
    for (const body of bodies) {
      const parsed = await parseText(`From: a@b.example\nSubject: ${"x ".repeat(5000)}\n\n${body}\n`);
      const start = cpuSeconds();
      const tokens = tokensOf(parsed);
      expect(cpuSeconds() - start).toBeLessThan(0.5);
      expect(tokens.length).toBeLessThanOrEqual(MAX_TOKENS);
      expect(Math.max(...tokens.map((token) => token.length))).toBeLessThan(400);
      expect(new Set(tokens).size).toBe(tokens.length);
    }
  });
});
