import { useQuery } from "@tanstack/react-query";
import { CircleCheck, Forward, type LucideIcon, Reply, ReplyAll, StickyNote } from "lucide-react";
import { sessionQuery } from "../../api/queries/session.ts";
import type { TicketRow } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import type { CommandId } from "../../keys/bindings.ts";
import { runCommand } from "../../keys/commands.ts";
import { Button } from "../../ui/button.tsx";

/** Ways to go on, at the end of the conversation; on a phone at the thumb. */
export function AnswerBar({ ticket }: { ticket: TicketRow }) {
  const { data: session } = useQuery(sessionQuery);
  if (session === undefined || session.user.role === "read_only") return null;
  return (
    <div
      role="toolbar"
      aria-label={t("ticket.answer")}
      className="flex flex-wrap gap-2 border-t border-line bg-ground px-4 py-3 max-medium:sticky max-medium:bottom-0 max-medium:gap-1 max-medium:px-2 max-medium:py-1.5"
    >
      <Way command="ticket.reply" icon={Reply} label={t("command.reply")} primary />
      {ticket.reply_cc !== null && <Way command="ticket.replyAll" icon={ReplyAll} label={t("command.replyAll")} />}
      <Way command="ticket.note" icon={StickyNote} label={t("ticket.note")} />
      <Way command="ticket.forward" icon={Forward} label={t("command.forward")} />
      {ticket.state !== "closed" && (
        <Way command="ticket.close" icon={CircleCheck} label={t("ticket.close")} className="ms-auto medium:hidden" />
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
      className={className}
    >
      {label}
    </Button>
  );
}
