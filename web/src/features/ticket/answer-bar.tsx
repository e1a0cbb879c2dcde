import { useQuery } from "@tanstack/react-query";
import { CircleCheck, Forward, type LucideIcon, Reply, ReplyAll, StickyNote } from "lucide-react";
import { sessionQuery } from "../../api/queries/session.ts";
import type { TicketRow } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import type { CommandId } from "../../keys/bindings.ts";
import { runCommand } from "../../keys/commands.ts";
import { cx } from "../../lib/class-names.ts";
import { useLayout } from "../../lib/use-media.ts";
import { Button } from "../../ui/button.tsx";
import { useComposerOpen } from "../composer/public/open-composers.ts";

/** Ways to go on, at the end of the conversation; on a phone at the thumb. */
export function AnswerBar({ ticket }: { ticket: TicketRow }) {
  const { data: session } = useQuery(sessionQuery);
  const writing = useComposerOpen(ticket.id);
  const isPhone = useLayout() === "phone";
  if (session === undefined || session.user.role === "read_only") return null;
  // The composer takes its place; on a phone it lies over everything anyway.
  if (writing && !isPhone) return null;
  return (
    <div
      role="toolbar"
      aria-label={t("ticket.answer")}
      className="flex flex-wrap gap-2 border-t border-line bg-ground px-4 py-3 max-medium:flex-nowrap max-medium:gap-0 max-medium:px-1 max-medium:pt-1 max-medium:pb-[max(4px,env(safe-area-inset-bottom))]"
    >
      <Way command="ticket.reply" icon={Reply} label={t("command.reply")} primary />
      {ticket.reply_cc !== null && <Way command="ticket.replyAll" icon={ReplyAll} label={t("command.replyAll")} />}
      <Way command="ticket.note" icon={StickyNote} label={t("ticket.note")} />
      <Way command="ticket.forward" icon={Forward} label={t("command.forward")} />
      {ticket.state !== "closed" && (
        <Way command="ticket.close" icon={CircleCheck} label={t("ticket.close")} className="medium:hidden" />
      )}
    </div>
  );
}

function Way({
  command,
  icon,
  label,
  primary = false,
  className,
}: {
  command: CommandId;
  icon: LucideIcon;
  label: string;
  primary?: boolean;
  className?: string;
}) {
  return (
    <Button
      kind={primary ? "plain" : "quiet"}
      icon={icon}
      command={command}
      onClick={() => runCommand(command)}
      className={cx(
        "max-medium:h-auto max-medium:min-w-0 max-medium:flex-1 max-medium:flex-col max-medium:gap-0.5 max-medium:border-transparent max-medium:bg-transparent max-medium:px-0 max-medium:py-1 max-medium:text-[11px]",
        className,
      )}
    >
      <span className="max-w-full truncate">{label}</span>
    </Button>
  );
}
