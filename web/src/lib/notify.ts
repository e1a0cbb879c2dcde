import { readKept, writeKept } from "./kept.ts";

/**
 * The browser's own notifications. They are asked for from the settings only, never by themselves, and kept for this
 * browser, as the permission is.
 */
const KEY = "notify";

export type NotifyState = "on" | "off" | "blocked" | "unsupported";

export function notifyState(): NotifyState {
  if (typeof Notification === "undefined") return "unsupported";
  if (Notification.permission === "denied") return "blocked";
  return Notification.permission === "granted" && readKept(KEY) === "on" ? "on" : "off";
}

/** Asks for the permission where it has not been given; call it from a press of a switch. Answers what came of it. */
export async function turnNotificationsOn(): Promise<NotifyState> {
  if (typeof Notification === "undefined") return "unsupported";
  const permission =
    Notification.permission === "default" ? await Notification.requestPermission() : Notification.permission;
  if (permission === "granted") writeKept(KEY, "on");
  return notifyState();
}

export function turnNotificationsOff(): NotifyState {
  writeKept(KEY, null);
  return notifyState();
}

/** Shows one, unless they are off or somebody looks at the window. The newest with a `tag` takes the place of the others. */
export function notify({
  title,
  body,
  tag,
  onOpen,
}: {
  title: string;
  body: string;
  tag: string;
  onOpen: () => void;
}): void {
  if (notifyState() !== "on" || (document.visibilityState === "visible" && document.hasFocus())) return;
  try {
    const shown = new Notification(title, { body, tag, icon: "/icons/icon-192.png" });
    shown.addEventListener("click", () => {
      shown.close();
      window.focus();
      onOpen();
    });
  } catch {
    // Android's Chrome shows none from a page; the title says what is new.
  }
}
