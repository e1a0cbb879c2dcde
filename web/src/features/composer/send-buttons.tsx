import { ChevronDown, Clock, Trash2 } from "lucide-react";
import { useState } from "react";
import { t } from "../../i18n/t.ts";
import { useCommand } from "../../keys/commands.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Menu, Popover } from "../../ui/floating.tsx";
import { SendTimes } from "./send-times.tsx";
import type { SendOptions } from "./use-sending.ts";

interface SendButtonsProps {
  /** The verb: "Send", "Add note". */
  label: string;
  labelWithClose: string;
  busy: boolean;
  /** A note is there at once. */
  canWait: boolean;
  onSend: (options: SendOptions) => void;
  onDiscard: (() => void) | null;
}

/** What happens to what was written. */
export function SendButtons({ label, labelWithClose, busy, canWait, onSend, onDiscard }: SendButtonsProps) {
  const [choosing, setChoosing] = useState(false);
  useCommand("composer.send", () => onSend({}));
  useCommand("composer.sendAndClose", () => onSend({ close: true }));
  useCommand("composer.sendLater", () => setChoosing(true), { enabled: canWait });
  return (
    <>
      {onDiscard !== null && <IconButton icon={Trash2} label={t("composer.discard")} onClick={onDiscard} />}
      {canWait && (
        <Popover
          label={t("command.sendLater")}
          opened={{ open: choosing, onOpenChange: setChoosing }}
          align="end"
          side="top"
          className="w-72 p-0!"
          // oxlint-disable-next-line react/no-unstable-nested-components -- a function that draws, no component
          trigger={(props) => (
            <IconButton icon={Clock} label={t("command.sendLater")} command="composer.sendLater" {...props} />
          )}
        >
          <SendTimes
            onChoose={(at) => {
              setChoosing(false);
              onSend({ at });
            }}
          />
        </Popover>
      )}
      <span className="inline-flex">
        <Button
          kind="primary"
          busy={busy}
          command="composer.send"
          tip={label}
          onClick={() => onSend({})}
          className="rounded-e-none"
        >
          {label}
        </Button>
        <Menu
          label={t("composer.moreWays")}
          align="end"
          side="top"
          items={[{ label: labelWithClose, command: "composer.sendAndClose", onSelect: () => onSend({ close: true }) }]}
          // oxlint-disable-next-line react/no-unstable-nested-components -- a function that draws, no component
          trigger={(props) => (
            <button
              type="button"
              {...props}
              aria-label={t("composer.moreWays")}
              className="grid h-8 w-7 place-items-center rounded-e border-s border-ground/30 bg-accent text-on-accent hover:bg-accent-hover pointer-coarse:h-11 pointer-coarse:w-11"
            >
              <ChevronDown size={16} strokeWidth={1.75} aria-hidden />
            </button>
          )}
        />
      </span>
    </>
  );
}
