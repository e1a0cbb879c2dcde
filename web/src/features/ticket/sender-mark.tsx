import { ShieldAlert, ShieldCheck, ShieldQuestion } from "lucide-react";
import type { Message } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { Badge } from "../../ui/badge.tsx";
import { Icon } from "../../ui/icon.tsx";
import { tipProps } from "../../ui/tip.ts";
import { addressesIn } from "./addresses.ts";

type Reply = Extract<Message, { type: "reply" }>;

/** The address behind the name, and whether the domain in it says that the mail is its own (DMARC). */
export function SenderMark({ message }: { message: Reply }) {
  const [sender] = addressesIn(message.from);
  const address = sender !== undefined && sender.address !== message.from_name ? sender.address : null;
  return (
    <>
      {address !== null && (
        <span className="max-w-full truncate text-sm text-muted" dir="ltr">
          {address}
        </span>
      )}
      <VerdictMark message={message} />
    </>
  );
}

function VerdictMark({ message: { verdicts } }: { message: Reply }) {
  if (verdicts == null) return null;
  const domain = verdicts.domain ?? "?";
  if (verdicts.dmarc === "fail") {
    return (
      <Badge tone="danger">
        <Icon icon={ShieldAlert} size={14} />
        <span {...tipProps({ tip: t("verdict.forged", { domain }) })}>{t("verdict.forgedShort")}</span>
      </Badge>
    );
  }
  const proven = verdicts.dmarc === "pass";
  const said = proven ? t("verdict.proven", { domain }) : t("verdict.unproven");
  return (
    <span role="img" aria-label={said} {...tipProps({ tip: said })} className={proven ? "text-good-ink" : "text-muted"}>
      <Icon icon={proven ? ShieldCheck : ShieldQuestion} size={14} />
    </span>
  );
}
