import { t } from "../../i18n/t.ts";

/**
 * Why a message is on its ticket, in the reader's language. The server keeps it as an English sentence; one that is not
 * known here is shown as it is. What it adds in brackets about the sender stands beside it as the sender check.
 */
export function threadWords(reason: string): string {
  const known: readonly [RegExp, (match: RegExpExecArray) => string][] = [
    [
      /, ticket #(\d+), but its sender was never on that thread/,
      (match) => t("details.stranger", { number: match[1] ?? "" }),
    ],
    [/answers no message that is known here/, () => t("details.began")],
    [/carries the key of this ticket/, () => t("details.answersKey")],
    [/answers the message <([^>]*)>/, (match) => t("details.answersMessage", { id: match[1] ?? "" })],
    [/names ticket #(\d+) in its subject/, (match) => t("details.namesNumber", { number: match[1] ?? "" })],
    [/comes from a sender of \d+ tickets within the hour/, () => t("details.loop")],
  ];
  for (const [pattern, say] of known) {
    const match = pattern.exec(reason);
    if (match !== null) return say(match);
  }
  return reason;
}
