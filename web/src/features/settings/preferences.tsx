import { useState } from "react";
import { changeMe } from "../../api/queries/session.ts";
import type { Notifications, Session } from "../../api/types.ts";
import { useChange } from "../../api/use-change.ts";
import { LANGUAGES, type Language, preferredLanguage } from "../../i18n/language.ts";
import { chooseLanguage } from "../../i18n/load.ts";
import { t } from "../../i18n/t.ts";
import { setSingleKeys, singleKeysOn } from "../../keys/listen.ts";
import { announce } from "../../lib/announce.ts";
import { notifyState, turnNotificationsOff, turnNotificationsOn } from "../../lib/notify.ts";
import { THEMES, type Theme, chooseTheme, chosenTheme } from "../../lib/theme.ts";
import { FormField, Select, Switch } from "../../ui/field.tsx";
import { Part } from "./page.tsx";

/** How one likes it: each takes effect at once. */
export function Preferences({ user }: { user: Session["user"] }) {
  const change = useChange({
    send: changeMe,
    done: () => {
      announce(t("settings.saved"));
      return null;
    },
    failed: t("settings.notSaved"),
  });
  return (
    <>
      <Part title={t("preferences.title")} about={t("preferences.about")}>
        <div className="grid gap-4 medium:grid-cols-2">
          <FormField label={t("preferences.afterClose")}>
            <Select
              value={user.preferences.after_close ?? "next"}
              onChange={(event) =>
                change.run({
                  preferences: { ...user.preferences, after_close: event.target.value === "list" ? "list" : "next" },
                })
              }
            >
              <option value="next">{t("preferences.afterClose.next")}</option>
              <option value="list">{t("preferences.afterClose.list")}</option>
            </Select>
          </FormField>
          <ThemeField />
          <LanguageField />
        </div>
        <SingleKeys />
      </Part>
      <Part title={t("notifications.title")}>
        <FormField label={t("notifications.mail")} hint={t("notifications.mailHint")}>
          <Select
            value={user.notifications}
            onChange={(event) => change.run({ notifications: event.target.value as Notifications })}
          >
            <option value="none">{t("notifications.none")}</option>
            <option value="assigned">{t("notifications.assigned")}</option>
            <option value="all">{t("notifications.all")}</option>
          </Select>
        </FormField>
        <BrowserNotifications />
      </Part>
    </>
  );
}

function ThemeField() {
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  return (
    <FormField label={t("settings.theme")}>
      <Select
        value={theme}
        onChange={(event) => {
          const chosen = event.target.value as Theme;
          chooseTheme(chosen);
          setTheme(chosen);
        }}
      >
        {THEMES.map((each) => (
          <option key={each} value={each}>
            {t(`theme.${each}`)}
          </option>
        ))}
      </Select>
    </FormField>
  );
}

function LanguageField() {
  return (
    <FormField label={t("settings.language")} hint={t("settings.languageHint")}>
      <Select defaultValue={preferredLanguage()} onChange={(event) => chooseLanguage(event.target.value as Language)}>
        {Object.entries(LANGUAGES).map(([language, name]) => (
          <option key={language} value={language} lang={language}>
            {name}
          </option>
        ))}
      </Select>
    </FormField>
  );
}

function SingleKeys() {
  const [on, setOn] = useState(singleKeysOn);
  return (
    <Switch
      label={t("preferences.singleKeys")}
      hint={t("preferences.singleKeysHint")}
      checked={on}
      onChange={(event) => {
        setSingleKeys(event.target.checked);
        setOn(event.target.checked);
      }}
    />
  );
}

function BrowserNotifications() {
  const [state, setState] = useState(notifyState);
  const hint =
    state === "blocked"
      ? t("notifications.blocked")
      : state === "unsupported"
        ? t("notifications.unsupported")
        : t("notifications.browserHint");
  return (
    <Switch
      label={t("notifications.browser")}
      hint={hint}
      checked={state === "on"}
      disabled={state === "blocked" || state === "unsupported"}
      onChange={(event) => {
        if (event.target.checked) void turnNotificationsOn().then(setState);
        else setState(turnNotificationsOff());
      }}
    />
  );
}
