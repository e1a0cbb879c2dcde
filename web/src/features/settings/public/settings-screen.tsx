import { Outlet } from "@tanstack/react-router";
import { LANGUAGES, type Language, chooseLanguage, preferredLanguage } from "../../../i18n/load.ts";
import { t } from "../../../i18n/t.ts";
import { THEMES, type Theme, chooseTheme, chosenTheme } from "../../../lib/theme.ts";
import { FormField, Select } from "../../../ui/field.tsx";

/** What is around every section of the settings. */
export function SettingsScreen() {
  return (
    <div className="flex-1 overflow-y-auto">
      <div className="mx-auto max-w-2xl px-6 py-6">
        <h1 className="pb-4 text-xl font-semibold">{t("settings.title")}</h1>
        <Outlet />
      </div>
    </div>
  );
}

export function SettingsStart() {
  return (
    <div className="flex max-w-xs flex-col gap-4">
      <FormField label={t("settings.theme")}>
        <Select defaultValue={chosenTheme()} onChange={(event) => chooseTheme(event.target.value as Theme)}>
          {THEMES.map((theme) => (
            <option key={theme} value={theme}>
              {t(`theme.${theme}`)}
            </option>
          ))}
        </Select>
      </FormField>
      <FormField label={t("settings.language")}>
        <Select defaultValue={preferredLanguage()} onChange={(event) => chooseLanguage(event.target.value as Language)}>
          {Object.entries(LANGUAGES).map(([language, name]) => (
            <option key={language} value={language} lang={language}>
              {name}
            </option>
          ))}
        </Select>
      </FormField>
    </div>
  );
}

/** One section; `useParams({ strict: false })` says which (`section`, `itemId`). */
export function SettingsSection() {
  return <SettingsStart />;
}
