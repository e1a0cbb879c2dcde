import { useQuery } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useRef } from "react";
import { customerName } from "../../api/names.ts";
import { type PeekMessage, peekQuery } from "../../api/queries/peek.ts";
import { t } from "../../i18n/t.ts";
import { useCommand } from "../../keys/commands.ts";
import { announce } from "../../lib/announce.ts";
import { cx } from "../../lib/class-names.ts";
import { useStore } from "../../lib/store.ts";
import { Badge } from "../../ui/badge.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Time } from "../../ui/time.tsx";
import { type Peeked, closePeek, peeked } from "./peek-state.ts";
import { rowId } from "./ticket-row.tsx";

const GAP = 8;

/** The last messages of the row under the pointer, or of the one that has the focus: read without opening the ticket. */
export function Peek() {
  const shown = useStore(peeked);
  useEffect(() => closePeek, []);
  return shown === null ? null : <PeekPanel key={shown.row.id} {...shown} />;
}

function PeekPanel({ row, byKey }: Peeked) {
  const panel = useRef<HTMLDivElement>(null);
  const { data: messages, isError } = useQuery(peekQuery(row.id));
  useCommand("go.back", closePeek, { first: true, enabled: byKey });
  useLayoutEffect(() => {
    const element = panel.current;
    if (element === null) return;
    if (!element.matches(":popover-open")) element.showPopover();
    placeBesideRow(element, document.getElementById(rowId(row.id)));
  });
  const last = messages?.at(-1);
  useEffect(() => {
    if (byKey && last !== undefined) announce(t("peek.said", { name: last.from_name, text: last.text.slice(0, 500) }));
  }, [byKey, last]);
  return (
    <div
      ref={panel}
      popover="manual"
      role="region"
      aria-label={t("peek.label")}
      className="floats-in pointer-events-none m-0 max-h-[70dvh] w-104 max-w-[calc(100vw-2rem)] overflow-hidden rounded border border-line bg-ground-float text-text shadow-float"
    >
      <p dir="auto" className="border-b border-line px-4 py-2 font-medium break-words">
        {row.subject ?? t("ticket.noSubject")}
      </p>
      {messages === undefined ? (
        <div className="flex min-h-24 flex-col gap-3 p-4">
          {isError ? (
            <p className="text-sm text-muted">{t("peek.failed")}</p>
          ) : (
            <>
              <Skeleton className="w-1/3" />
              <Skeleton className="w-5/6" />
            </>
          )}
        </div>
      ) : (
        messages.map((message) => (
          <PeekedMessage key={message.id} message={message} name={customerName(row.customer)} />
        ))
      )}
    </div>
  );
}

function PeekedMessage({ message, name }: { message: PeekMessage; name: string }) {
  const ground = message.type === "note" ? "bg-ground-note" : message.direction === "out" ? "bg-ground-ours" : "";
  return (
    <div className={cx("border-b border-line px-4 py-2 text-sm last:border-b-0", ground)}>
      <p className="flex items-center gap-2">
        <span className="min-w-0 truncate font-medium">{message.from_name || name}</span>
        {message.type === "note" && <Badge tone="warn">{t("peek.note")}</Badge>}
        <Time at={message.created_at} className="ms-auto shrink-0 text-xs text-muted" />
      </p>
      <p dir="auto" className="line-clamp-6 break-words whitespace-pre-line text-muted">
        {message.text}
      </p>
    </div>
  );
}

/** Beside the list where there is room, else under the row; never over the window's edge. */
function placeBesideRow(element: HTMLElement, row: HTMLElement | null): void {
  if (row === null) return;
  const around = row.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const rtl = getComputedStyle(row).direction === "rtl";
  const beside = rtl ? around.left - width - GAP : around.right + GAP;
  const fits = beside >= GAP && beside + width + GAP <= innerWidth;
  const below = around.bottom + GAP + height < innerHeight ? around.bottom + GAP : around.top - height - GAP;
  element.style.inset = "auto";
  element.style.left = `${fits ? beside : Math.max(GAP, Math.min(around.left + 32, innerWidth - width - GAP))}px`;
  element.style.top = `${Math.max(GAP, fits ? Math.min(around.top, innerHeight - height - GAP) : below)}px`;
}
