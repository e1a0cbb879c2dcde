import { useQuery } from "@tanstack/react-query";
import { ImageOff } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { messageFrameUrl } from "../../api/queries/messages.ts";
import { changeMe, sessionQuery } from "../../api/queries/session.ts";
import type { Message } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { useShownTheme } from "../../lib/theme.ts";
import { toastFailed } from "../../lib/toasts.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { addressesIn } from "./addresses.ts";
import { nameOf } from "./names.ts";

/** How high each was when it was shown last: coming back to it, nothing jumps. */
const heights = new Map<string, number>();
const KEPT_HEIGHTS = 2000;
/** Of the conversation too: a margin of the window alone stops at the edge of what scrolls inside it. */
const NEAR = { rootMargin: "800px 0px", scrollMargin: "800px 0px" };

/** Mail in HTML, as the server made it safe: a page of its own without scripts, forms or sight of anything around it. */
export function MessageFrame({
  ticketId,
  message,
  part,
}: {
  ticketId: string;
  message: Message;
  part: "body" | "more";
}) {
  const key = `${message.id} ${part}`;
  const frame = useRef<HTMLIFrameElement>(null);
  const holder = useRef<HTMLDivElement>(null);
  const theme = useShownTheme();
  const remembered = useImageSenders(message);
  const [asked, setAsked] = useState(false);
  const [near, setNear] = useState(() => heights.has(key));
  const [height, setHeight] = useState(() => heights.get(key) ?? guessHeight(message.body.length));
  const [blocked, setBlocked] = useState(0);
  const [loaded, setLoaded] = useState(false);
  const images = asked || remembered.shown;
  useEffect(
    () => (near || holder.current === null ? undefined : whenNear(holder.current, () => setNear(true))),
    [near],
  );
  const unfollow = useRef<(() => void) | null>(null);
  useEffect(() => () => unfollow.current?.(), []);
  const onLoad = (): void => {
    const page = frame.current?.contentDocument;
    if (page == null || frame.current === null) return;
    setLoaded(true);
    setBlocked(Number(page.querySelector("meta[name=blocked-images]")?.getAttribute("content") ?? 0));
    handKeysOn(page);
    unfollow.current?.();
    unfollow.current = followHeight(frame.current, (next) => {
      if (heights.size > KEPT_HEIGHTS) heights.clear();
      heights.set(key, next);
      setHeight(next);
    });
  };
  return (
    <div ref={holder}>
      {blocked > 0 && !images && (
        <BlockedImages
          count={blocked}
          sender={remembered.sender === null ? null : nameOf(message)}
          onShow={() => setAsked(true)}
          onAlways={() => {
            setAsked(true);
            remembered.always();
          }}
        />
      )}
      <div style={{ height }} className="overflow-hidden">
        {near && (
          <iframe
            ref={frame}
            title={t("message.frame", { name: nameOf(message) })}
            src={messageFrameUrl(ticketId, message.id, { part, images, theme })}
            sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
            referrerPolicy="no-referrer"
            onLoad={onLoad}
            style={{ height, colorScheme: theme }}
            className={loaded ? "block w-full bg-transparent" : "block w-full bg-transparent opacity-0"}
          />
        )}
      </div>
    </div>
  );
}

/** About so high is a mail of this length; it is right once it has come. */
function guessHeight(length: number): number {
  return Math.min(600, 40 + Math.ceil(length / 120) * 22);
}

function whenNear(element: Element, come: () => void): () => void {
  const observer = new IntersectionObserver((seen) => {
    if (seen.some(({ isIntersecting }) => isIntersecting)) come();
  }, NEAR);
  observer.observe(element);
  return () => observer.disconnect();
}

/**
 * The frame is as high as its page, whatever loads or wraps later; what is too wide scrolls inside. Returns what stops it: an
 * observer that goes on would keep the page of a frame that is gone.
 */
function followHeight(frame: HTMLIFrameElement, onHeight: (height: number) => void): () => void {
  const page = frame.contentDocument;
  if (page === null) return () => undefined;
  const measure = (): void => {
    const { body, documentElement: root } = page;
    if (body === null) return;
    const bar = root.scrollWidth > root.clientWidth + 1 ? SCROLLBAR : 0;
    onHeight(Math.ceil(body.getBoundingClientRect().height) + bar);
  };
  measure();
  const observer = new ResizeObserver(measure);
  observer.observe(page.body);
  return () => observer.disconnect();
}

const SCROLLBAR = 16;

/** Keys pressed while the focus is in the frame are ours all the same; those that its text selection needs are not. */
function handKeysOn(page: Document): void {
  page.addEventListener("keydown", (event) => {
    if (["Tab", "PageUp", "PageDown", "ArrowUp", "ArrowDown", "Home", "End", " "].includes(event.key)) return;
    const { key, code, ctrlKey, metaKey, shiftKey, altKey } = event;
    if ((ctrlKey || metaKey) && ["c", "a", "x", "v", "f", "p"].includes(key.toLowerCase())) return;
    const init = { key, code, ctrlKey, metaKey, shiftKey, altKey, bubbles: true, cancelable: true };
    const handed = new KeyboardEvent("keydown", init);
    if (!document.body.dispatchEvent(handed)) event.preventDefault();
  });
}

function BlockedImages({
  count,
  sender,
  onShow,
  onAlways,
}: {
  count: number;
  sender: string | null;
  onShow: () => void;
  onAlways: () => void;
}) {
  return (
    <div className="mb-2 flex flex-wrap items-center gap-x-2 gap-y-1 rounded border border-line px-2 py-1 text-sm print:hidden">
      <Icon icon={ImageOff} className="text-muted" />
      <span className="min-w-40 flex-1 text-muted">{t("message.blocked", { count })}</span>
      <Button size="small" kind="quiet" onClick={onShow}>
        {t("message.showImages")}
      </Button>
      {sender !== null && (
        <Button size="small" kind="quiet" onClick={onAlways} className="max-w-60 truncate">
          {t("message.alwaysShow", { name: sender })}
        </Button>
      )}
    </div>
  );
}

/** So many senders are remembered, the last ones: preferences have room for little. */
const MOST_SENDERS = 200;

/** Whether this sender's pictures are shown without asking. Only of a sender who is proven to be who they say. */
function useImageSenders(message: Message) {
  const { data: session } = useQuery(sessionQuery);
  const isReply = message.type === "reply";
  const proven = isReply && (message.direction === "out" || message.verdicts?.dmarc === "pass");
  const sender = proven && isReply ? (addressesIn(message.from)[0]?.address.toLowerCase() ?? null) : null;
  const kept = session?.user.preferences["image_senders"];
  const senders = Array.isArray(kept) ? kept.map(String) : [];
  return {
    sender,
    shown: sender !== null && senders.includes(sender),
    always: () => {
      if (sender === null || session === undefined) return;
      const image_senders = [...senders, sender].slice(-MOST_SENDERS);
      changeMe({ preferences: { ...session.user.preferences, image_senders } }).catch((error: unknown) =>
        toastFailed(t("message.alwaysFailed"), error),
      );
    },
  };
}
