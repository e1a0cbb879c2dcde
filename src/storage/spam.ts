import type { Reader, Tx } from "./database.ts";
import { prepared } from "./prepared.ts";
import type { SpamTokenRow, SpamTotalsRow, SpamTrainingRow } from "./schema.ts";

type Counts = Pick<SpamTotalsRow, "spam" | "ham">;

/** How many messages of each kind the account's filter was trained with. */
export async function findSpamTotals(reader: Reader, accountId: string): Promise<Counts> {
  return (await totals.first(reader, { accountId })) ?? { spam: 0, ham: 0 };
}

const totals = prepared((db, { accountId }: { accountId: string }) =>
  db.selectFrom("spam_totals").select(["spam", "ham"]).where("account_id", "=", accountId),
);

/** The counts of those of some tokens that have any. */
export async function findSpamTokens(
  reader: Reader,
  accountId: string,
  tokens: readonly string[],
): Promise<Pick<SpamTokenRow, "token" | "spam" | "ham">[]> {
  if (tokens.length === 0) return [];
  return await reader.query
    .selectFrom("spam_tokens")
    .select(["token", "spam", "ham"])
    .where("account_id", "=", accountId)
    .where("token", "in", tokens)
    .execute();
}

/** What a message has taught. */
export async function findTraining(
  reader: Reader,
  accountId: string,
  messageId: string,
): Promise<SpamTrainingRow | undefined> {
  return await reader.query
    .selectFrom("spam_trainings")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("message_id", "=", messageId)
    .executeTakeFirst();
}

/**
 * Counts a message in, and remembers it. The account's totals are written first: whoever trains the same account waits
 * there, so that no two can wait for each other's tokens.
 */
export async function addTraining(tx: Tx, training: SpamTrainingRow): Promise<void> {
  await count(tx, training, 1);
  await tx.query.insertInto("spam_trainings").values(training).execute();
}

/** Takes a message out of the counts again, exactly as it went in; what is counted no more leaves no row. */
export async function removeTraining(tx: Tx, training: SpamTrainingRow): Promise<void> {
  const { account_id, message_id } = training;
  await count(tx, training, -1);
  await tx.query
    .deleteFrom("spam_trainings")
    .where("account_id", "=", account_id)
    .where("message_id", "=", message_id)
    .execute();
  await tx.query
    .deleteFrom("spam_tokens")
    .where("account_id", "=", account_id)
    .where("token", "in", tokensIn(training))
    .where("spam", "=", 0)
    .where("ham", "=", 0)
    .execute();
}

async function count(tx: Tx, training: SpamTrainingRow, by: 1 | -1): Promise<void> {
  const { account_id, verdict } = training;
  const more: Counts = { spam: verdict === "spam" ? by : 0, ham: verdict === "ham" ? by : 0 };
  await tx.query
    .insertInto("spam_totals")
    .values({ account_id, ...more })
    .onConflict((conflict) =>
      conflict.column("account_id").doUpdateSet((row) => ({
        spam: row("spam_totals.spam", "+", more.spam),
        ham: row("spam_totals.ham", "+", more.ham),
      })),
    )
    .execute();
  await tx.query
    .insertInto("spam_tokens")
    .values(tokensIn(training).map((token) => ({ account_id, token, ...more })))
    .onConflict((conflict) =>
      conflict.columns(["account_id", "token"]).doUpdateSet((row) => ({
        spam: row("spam_tokens.spam", "+", more.spam),
        ham: row("spam_tokens.ham", "+", more.ham),
      })),
    )
    .execute();
}

/** In one order for all, in which their rows are locked. */
function tokensIn({ tokens }: SpamTrainingRow): string[] {
  return (JSON.parse(tokens) as string[]).toSorted();
}
