import { useQuery } from "@tanstack/react-query";
import { Monitor, Smartphone } from "lucide-react";
import { useState } from "react";
import { type SessionItem, endOtherSessions, endSession, sessionsQuery } from "../../api/queries/me.ts";
import { useChange } from "../../api/use-change.ts";
import { relativeTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Icon } from "../../ui/icon.tsx";
import { deviceName } from "./device-name.ts";
import { Loaded } from "./loaded.tsx";
import { Item, Items, Part } from "./page.tsx";

const STALE = [sessionsQuery.queryKey];

/** Where one is signed in, and the end of it elsewhere. */
export function Sessions() {
  const query = useQuery(sessionsQuery);
  const [asking, setAsking] = useState(false);
  const one = useChange({
    send: async ({ id }: SessionItem) => await endSession(id),
    done: () => ({ text: t("security.signedOutThere") }),
    failed: t("security.notSignedOut"),
    stale: STALE,
  });
  const others = useChange({
    send: endOtherSessions,
    done: () => ({ text: t("security.signedOutElsewhere") }),
    failed: t("security.notSignedOut"),
    stale: STALE,
  });
  const several = (query.data?.length ?? 0) > 1;
  return (
    <Part
      title={t("security.sessions")}
      about={t("security.sessionsAbout")}
      action={several && <Button onClick={() => setAsking(true)}>{t("security.signOutOthers")}</Button>}
    >
      <Loaded query={query}>
        {(sessions) => (
          <Items label={t("security.sessions")}>
            {sessions.map((session) => (
              <Item
                key={session.id}
                before={<Icon icon={isPhone(session) ? Smartphone : Monitor} className="text-muted" />}
                title={nameOf(session)}
                detail={detailOf(session)}
                after={
                  session.current ? (
                    <Badge tone="good">{t("security.thisDevice")}</Badge>
                  ) : (
                    <Button
                      size="small"
                      onClick={() => one.run(session)}
                      aria-label={t("security.signOutThere", { name: nameOf(session) })}
                    >
                      {t("security.signOut")}
                    </Button>
                  )
                }
              />
            ))}
          </Items>
        )}
      </Loaded>
      <Confirm
        open={asking}
        title={t("security.signOutOthers")}
        text={t("security.signOutOthersText")}
        action={t("security.signOutOthers")}
        onClose={() => setAsking(false)}
        onConfirm={() => {
          others.run(undefined);
          setAsking(false);
        }}
      />
    </Part>
  );
}

function nameOf({ user_agent }: SessionItem): string {
  return deviceName(user_agent ?? "") || t("security.unknownDevice");
}

function detailOf({ address, current, created_at, last_seen_at }: SessionItem): string {
  const when = current
    ? t("security.signedIn", { when: relativeTime(created_at) })
    : t("security.lastUsed", { when: relativeTime(last_seen_at) });
  return address === null ? when : `${when} · ${address}`;
}

function isPhone({ user_agent }: SessionItem): boolean {
  return /iPhone|Android.*Mobile/.test(user_agent ?? "");
}
