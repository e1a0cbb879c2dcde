import { Download, FileText } from "lucide-react";
import type { ReactNode } from "react";
import { originalUrl } from "../../api/queries/messages.ts";
import type { Message, TicketRow } from "../../api/types.ts";
import { exactTime } from "../../i18n/format.ts";
import { type MessageKey, t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { Icon } from "../../ui/icon.tsx";
import { threadWords } from "./thread-words.ts";

type Reply = Extract<Message, { type: "reply" }>;

/** What of a mail is of interest now and then: its heads, who vouches for its sender, why it is here, the mail itself. */
export function MessageDetails({ ticket, message }: { ticket: TicketRow; message: Reply }) {
  const { thread_reason, delivery_response, delivery_attempts, sent_at } = message;
  const cameByMail = thread_reason != null;
  return (
    <div className="mb-3 ms-10 rounded border border-line bg-ground px-3 py-2 text-sm max-medium:ms-0 print:hidden">
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1">
        <Address name="details.from" value={message.from} />
        <Address name="details.to" value={message.to} />
        <Address name="details.cc" value={message.cc} />
        <Address name="details.bcc" value={message.bcc} />
        {message.subject != null && <Line name="details.subject">{message.subject}</Line>}
        <Line name="details.date">{exactTime(message.created_at)}</Line>
        {message.verdicts != null && (
          <Line name="details.sender">
            <Verdicts verdicts={message.verdicts} />
          </Line>
        )}
        {cameByMail && <Line name="details.thread">{threadWords(thread_reason)}</Line>}
        {sent_at != null && (
          <Line name="details.delivery">
            {t("delivery.sentAt", { when: exactTime(sent_at) })}
            {delivery_attempts != null && delivery_attempts > 1 && (
              <span className="text-muted">{` · ${t("details.attempts", { count: delivery_attempts })}`}</span>
            )}
            {delivery_response != null && (
              <span className="block font-mono text-xs break-words text-muted" dir="ltr">
                {delivery_response}
              </span>
            )}
          </Line>
        )}
      </dl>
      {cameByMail && (
        <p className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line pt-2 mt-2">
          <OriginalLink icon={FileText} href={`${originalUrl(ticket.id, message.id)}?view=1`} tab>
            {t("message.original")}
          </OriginalLink>
          <OriginalLink icon={Download} href={originalUrl(ticket.id, message.id)}>
            {t("message.download")}
          </OriginalLink>
        </p>
      )}
    </div>
  );
}

function OriginalLink({
  icon,
  href,
  tab = false,
  children,
}: {
  icon: typeof FileText;
  href: string;
  tab?: boolean;
  children: ReactNode;
}) {
  return (
    <a
      href={href}
      {...(tab ? { target: "_blank", rel: "noopener" } : { download: "" })}
      className="inline-flex items-center gap-1.5 rounded-sm text-accent-ink hover:underline pointer-coarse:min-h-11"
    >
      <Icon icon={icon} size={14} />
      {children}
    </a>
  );
}

function Line({ name, children }: { name: MessageKey; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{t(name)}</dt>
      <dd className="min-w-0 break-words" dir="auto">
        {children}
      </dd>
    </>
  );
}

function Address({ name, value }: { name: MessageKey; value: string | null | undefined }) {
  return value == null || value === "" ? null : <Line name={name}>{value}</Line>;
}

const VERDICT_WORDS: ReadonlySet<string> = new Set([
  "pass",
  "fail",
  "softfail",
  "neutral",
  "none",
  "temperror",
  "permerror",
]);

/** The one that counts as a sentence, and the three as a mail server writes them. */
function Verdicts({ verdicts }: { verdicts: NonNullable<Reply["verdicts"]> }) {
  const domain = verdicts.domain ?? "?";
  const proven = verdicts.dmarc === "pass";
  const forged = verdicts.dmarc === "fail";
  return (
    <>
      <span className={cx(proven && "text-good-ink", forged && "text-danger-ink")}>
        {proven ? t("verdict.proven", { domain }) : forged ? t("verdict.forged", { domain }) : t("verdict.unproven")}
      </span>
      <span className="block text-xs text-muted">
        {(["spf", "dkim", "dmarc"] as const)
          .map((name) => {
            const verdict = verdicts[name];
            const word = VERDICT_WORDS.has(verdict) ? t(`verdict.${verdict}` as MessageKey) : verdict;
            return `${name.toUpperCase()} ${word}`;
          })
          .join(" · ")}
      </span>
    </>
  );
}
