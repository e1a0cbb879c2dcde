import { Ellipsis } from "lucide-react";
import { useState } from "react";
import type { Message } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { tipProps } from "../../ui/tip.ts";
import { MessageFrame } from "./message-frame.tsx";
import { piecesOf, runsOf } from "./plain-text.ts";

/** What a message says: mail in HTML in a frame without rights, everything else as text. What it quotes is folded. */
export function MessageBody({ ticketId, message }: { ticketId: string; message: Message }) {
  const [quoted, setQuoted] = useState(false);
  const more = message.type === "reply" ? message.more_body : null;
  const hasMore = more !== null && more.trim() !== "";
  const isEmpty = message.body.trim() === "";
  return (
    <div className="ps-10 max-medium:ps-0">
      {isEmpty && !hasMore && <p className="text-muted italic">{t("message.empty")}</p>}
      {!isEmpty && <Part ticketId={ticketId} message={message} part="body" text={message.body} />}
      {hasMore && (
        <>
          <button
            type="button"
            aria-expanded={quoted}
            aria-label={t(quoted ? "message.hideQuoted" : "message.showQuoted")}
            {...tipProps({ tip: t(quoted ? "message.hideQuoted" : "message.showQuoted") })}
            onClick={() => setQuoted(!quoted)}
            className="my-2 inline-flex h-4 items-center rounded-full bg-ground-press px-2 text-muted hover:text-text pointer-coarse:h-8 print:hidden"
          >
            <Icon icon={Ellipsis} />
          </button>
          {quoted && <Part ticketId={ticketId} message={message} part="more" text={more} />}
        </>
      )}
    </div>
  );
}

interface PartProps {
  ticketId: string;
  message: Message;
  part: "body" | "more";
  text: string;
}

function Part({ ticketId, message, part, text }: PartProps) {
  if (message.htmlized) return <MessageFrame ticketId={ticketId} message={message} part={part} />;
  return <PlainText text={text} />;
}

/** So many characters are shown at once: what a person writes fits; a log of 5,000 lines is shown on request. */
const SHOWN = 20_000;

function PlainText({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  const cut = !all && text.length > SHOWN * 1.5;
  const shown = cut ? text.slice(0, text.lastIndexOf("\n", SHOWN) + 1 || SHOWN) : text;
  return (
    <div className="max-w-[76ch]">
      {runsOf(shown.replace(/\s+$/, "")).map((run, index) => (
        <p
          // oxlint-disable-next-line react/no-array-index-key -- the text of a message never changes
          key={index}
          dir="auto"
          className={cx(
            "break-words whitespace-pre-wrap",
            run.depth > 0 && "my-1 border-s-2 border-line ps-3 text-muted",
          )}
          style={run.depth > 1 ? { marginInlineStart: `${(run.depth - 1) * 12}px` } : undefined}
        >
          {piecesOf(run.text).map(({ text: words, href }, at) =>
            href === null ? (
              words
            ) : (
              <a
                // oxlint-disable-next-line react/no-array-index-key -- as above
                key={at}
                href={href}
                target="_blank"
                rel="noopener noreferrer nofollow"
                className="text-accent-ink underline [overflow-wrap:anywhere]"
              >
                {words}
              </a>
            ),
          )}
        </p>
      ))}
      {cut && (
        <Button size="small" className="mt-2" onClick={() => setAll(true)}>
          {t("message.showAll")}
        </Button>
      )}
    </div>
  );
}
