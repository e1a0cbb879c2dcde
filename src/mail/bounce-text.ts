import { htmlToText } from "../domain/text.ts";
import { statusIn, type BounceAction, type BouncedRecipient } from "./delivery-status.ts";
import type { ParsedMessage } from "./parsed-message.ts";
import { senderOf } from "./sender.ts";

export type FreeBounce = { kind: BounceAction; recipients: BouncedRecipient[] };

/** The words of a report stand above the message that it returns. */
const MAX_READ = 64 * 1024;

/** Who sends reports. RFC 5321 6.1 asks for a null reverse-path; these names are custom. */
const reporter =
  /^(?:mailer-?daemon|mail-?daemon|postmaster|mail-?delivery|mdaemon|bounces?|noreply-?bounces?|microsoftexchange[0-9a-f]*)(?:[+_=-].*)?$/i;

const subjects = new RegExp(
  [
    "undeliver(?:ed|able)|delivery (?:status notification|failure|has failed|incomplete|problem|delayed?)|returned mail",
    "mail delivery (?:failed|failure|system error|error)|failure notice|failed (?:mail|delivery)|non[- ]?delivery report",
    "returned to sender|could not (?:be delivered|send message)|mail system error|delayed mail|message delayed",
    "unzustellbar|nicht zustellbar|zustellung.{0,20}(?:fehlgeschlagen|verzögert|gescheitert)|nicht zugestellt|zustellfehler",
    "non remis|échec de la remise|non distribu|échec d.envoi|remise différée|impossible de remettre",
    "no se puede entregar|no entregado|non recapitabile|mancata consegna|não entregue|falha na entrega",
    "onbestelbaar|niet bezorgd|niedostarcz|nie można dostarczyć|går inte att leverera|kan ikke leveres|doručení se nezdařilo",
    "недоставлен|не доставлен|配信不能|配信できません|无法送达|退信|배달되지",
  ].join("|"),
  "i",
);

/** The first words of the programs' own texts, found nowhere else. */
const openings = new RegExp(
  [
    "this is the qmail-send program|this is the mail system at host|this is the [\\w.-]{1,60} program at",
    "this message was created automatically by mail delivery software",
    "a message that you sent could not be delivered|your message could(?: not|n't) be delivered",
    "your message (?:wasn't delivered|did not reach|to .{1,200} couldn't be delivered|cannot be delivered)",
    "delivery to the following recipients? (?:failed|has failed|has been delayed)",
    "delivery has failed to these recipients|there was a temporary problem delivering your message",
    "the following (?:address(?:es)?|recipients?) (?:failed|had (?:permanent|transient))|had permanent fatal errors",
    "message that you sent has not yet been delivered|this is a warning message only",
    "address not found|message not delivered|the response from the remote server was",
    "konnte nicht (?:an .{1,200} )?(?:zugestellt|übermittelt|ausgeliefert) werden|zustellung an die folgenden empfänger",
    "folgende(?:n|r)? (?:empfänger|adresse)",
    "n.a pas pu être (?:remis|distribué|délivré|livré)|échec de la remise (?:pour|à)|la remise a échoué",
    "no se pudo entregar|non è stato possibile (?:recapitare|consegnare)|não foi possível entregar",
    "kon niet worden (?:bezorgd|afgeleverd)|не (?:может|удалось|было) .{0,40}доставлен",
  ].join("|"),
  "i",
);

const delays =
  /delayed|warning: |not yet been delivered|still (?:trying|undelivered)|will (?:keep trying|be retried|retry)|temporary problem|verzögert|différée|retard/i;

/**
 * A report in prose, from qmail, Exim, Postfix, Sendmail, Exchange, Gmail and the large providers of Germany and
 * France. Two signs are asked for, out of who sent it, what the subject says and what the text begins with: a
 * customer who writes about "undeliverable" mail shows one.
 */
export function readFreeBounce(parsed: ParsedMessage): FreeBounce | null {
  const text = (parsed.text ?? htmlToText((parsed.html ?? "").slice(0, MAX_READ))).slice(0, MAX_READ);
  const own = aboveReturnedMessage(text);
  const failed = parsed.headers.all("x-failed-recipients").flatMap((value) => value.split(","));
  const local = (senderOf(parsed).address ?? parsed.fromRaw ?? "").split("@")[0] ?? "";
  const isReporter = parsed.returnPath === "" || reporter.test(local.trim());
  const words = own.slice(0, 3000).replace(/\s+/g, " ");
  const signs = [
    isReporter,
    subjects.test((parsed.subject ?? "").slice(0, 1000)),
    openings.test(words),
    failed.length > 0,
  ];
  if (!isReporter && failed.length === 0) return null;
  if (signs.filter(Boolean).length < 2) return null;
  const isDelay = delays.test(parsed.subject ?? "") || delays.test(own.slice(0, 2000));
  const kind = isDelay && !/fatal|permanent(?:ly)? (?:error|fail)/i.test(own.slice(0, 3000)) ? "delayed" : "failed";
  const recipients = recipientsIn(failed, own, kind, parsed);
  const [only] = recipients;
  // With one recipient a code anywhere in the report is about it.
  if (only !== undefined && recipients.length === 1) only.status ??= statusIn(own) ?? statusOfReply(own);
  return { kind, recipients };
}

/** qmail, Exim, Sendmail and Postfix each draw a line above the copy. */
function aboveReturnedMessage(text: string): string {
  const line =
    /^(?:-{2,10} ?(?:below this line is a copy|this is a copy of|original message|returned message|the header of|transcript of session|message headers|unsent message|en-t.tes|kopie der|ursprüngliche).*|(?:received|return-path|message-id):.*)$/im;
  const at = line.exec(text)?.index ?? text.length;
  return text.slice(0, at);
}

const address = /[^\s<>()[\]:;,"']{1,64}@[^\s<>()[\]:;,"']{1,255}/;

const standsAlone =
  /^[\s*•>-]{0,10}["']?<?(?:mailto:)?([^\s<>()"']{1,64}@[^\s<>()"':;,]{1,255})>?["']?\.?(?:\s?[:,;(]| on \d|\s*$)/;

/** X-Failed-Recipients (Exim, Gmail) is exact; else an address that stands alone or begins an indented reason. */
function recipientsIn(failed: string[], own: string, action: BounceAction, parsed: ParsedMessage): BouncedRecipient[] {
  const sent = new Set(parsed.to.map((to) => to.address.toLowerCase()));
  const lines = own.split("\n");
  const found: BouncedRecipient[] = failed
    .map((entry) => address.exec(entry)?.[0])
    .filter((entry) => entry !== undefined)
    .map((entry) => ({ address: entry, action, ...reasonBelow(lines, lineOf(lines, entry)) }));
  if (found.length > 0) return found;
  for (const [i, line] of lines.entries()) {
    const alone = standsAlone.exec(line.slice(0, 1000))?.[1];
    const named = alone ?? inSentence(line.slice(0, 1000));
    if (named === undefined || sent.has(named.toLowerCase()) || reporter.test(named.split("@")[0] ?? "")) continue;
    found.push({ address: named.replace(/\.$/, ""), action, ...reasonBelow(lines, i) });
    if (found.length >= 1000) break;
  }
  return found;
}

/** "Your message to x@example.org couldn't be delivered." */
function inSentence(line: string): string | undefined {
  const said =
    /(?:delivered to|message to|delivering your message to|nachricht an|message à|recipient|empfänger|an die adresse|destinataire)\W{1,5}([^\s<>()"',;:]{1,64}@[^\s<>()"',;:]{1,255})/i;
  return said.exec(line)?.[1];
}

function lineOf(lines: string[], entry: string): number {
  return lines.findIndex((line) => line.includes(entry));
}

/** The reason stands on the rest of the line and on those below it, up to a blank line or the next address. */
function reasonBelow(lines: string[], start: number): { status: string | null; diagnostic: string | null } {
  if (start < 0) return { status: null, diagnostic: null };
  const first = (lines[start] ?? "").slice(0, 1000).replace(/^.{0,330}?@[^\s<>:;,"']{0,255}[>"']?[\s:.,;]{0,10}/, "");
  const reason = first === "" ? [] : [first];
  for (let i = start + 1; i < Math.min(lines.length, start + 12); i++) {
    const line = (lines[i] ?? "").trim().slice(0, 1000);
    if (line === "" && reason.length > 0) break;
    if (/^<?[^\s<>]{1,64}@[^\s<>]{1,255}>?:?$/.test(line)) break;
    if (line !== "") reason.push(line);
  }
  const diagnostic = reason.join(" ").replace(/\s+/g, " ").trim().slice(0, 1000).toWellFormed();
  return {
    status: statusIn(diagnostic) ?? statusOfReply(diagnostic),
    diagnostic: diagnostic === "" ? null : diagnostic,
  };
}

/** An SMTP reply without enhanced status still tells the class (RFC 3463 2): 550 is 5.0.0. */
function statusOfReply(text: string): string | null {
  const code = /(?:^|[^\d.])([45])\d\d[ -](?!\d)/.exec(text)?.[1];
  return code === undefined ? null : `${code}.0.0`;
}
