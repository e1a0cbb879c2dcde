import { useQuery } from "@tanstack/react-query";
import { ChevronsUpDown, Keyboard, Languages, LogOut, SunMoon, UserRound } from "lucide-react";
import { useState } from "react";
import { fullName } from "../../api/names.ts";
import { sessionQuery, signOut } from "../../api/queries/session.ts";
import { LANGUAGES, type Language } from "../../i18n/language.ts";
import { chooseLanguage } from "../../i18n/load.ts";
import { currentLocale, t } from "../../i18n/t.ts";
import { runCommand } from "../../keys/commands.ts";
import { type Theme, THEMES, chooseTheme, chosenTheme } from "../../lib/theme.ts";
import { toastFailed } from "../../lib/toasts.ts";
import { useGo } from "../../lib/use-go.ts";
import { Avatar, initials } from "../../ui/avatar.tsx";
import { Menu } from "../../ui/floating.tsx";
import { Icon } from "../../ui/icon.tsx";
import { VisuallyHidden } from "../../ui/visually-hidden.tsx";
import { tipProps } from "../../ui/tip.ts";

/** Who is signed in, and what is theirs: theme, language, keys, sign out. */
export function PersonMenu({ small }: { small: boolean }) {
  const { data: session } = useQuery(sessionQuery);
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const go = useGo();
  if (session === undefined) return null;
  const { user } = session;
  const name = fullName(user) || user.email;
  const language = currentLocale().slice(0, 2);
  const leave = async (): Promise<void> => {
    try {
      await signOut();
      go.to("/signin");
    } catch (error) {
      toastFailed(t("person.signOutFailed"), error);
    }
  };
  return (
    <Menu
      label={t("person.menu")}
      side="top"
      items={[
        { heading: user.email },
        { label: t("person.profile"), icon: UserRound, onSelect: () => go.to("/settings/profile") },
        {
          label: t("person.theme"),
          icon: SunMoon,
          items: THEMES.map((each) => ({
            label: t(`person.theme.${each}`),
            checked: each === theme,
            onSelect: () => {
              chooseTheme(each);
              setTheme(each);
            },
          })),
        },
        {
          label: t("person.language"),
          icon: Languages,
          items: (Object.keys(LANGUAGES) as Language[]).map((each) => ({
            label: LANGUAGES[each],
            checked: each === language,
            onSelect: () => chooseLanguage(each),
          })),
        },
        {
          label: t("command.keys"),
          icon: Keyboard,
          command: "help.keys",
          onSelect: () => setTimeout(() => runCommand("help.keys")),
        },
        "line",
        { label: t("person.signOut"), icon: LogOut, onSelect: () => void leave() },
      ]}
      // oxlint-disable-next-line react/no-unstable-nested-components -- a function that draws, no component
      trigger={(props) => (
        <button
          type="button"
          {...props}
          {...(small ? tipProps({ tip: name }) : {})}
          // Where there is no room for the name; the initials that are seen are part of it.
          aria-label={small ? t("person.label", { name: `${initials(name)}, ${name}` }) : undefined}
          className={`flex h-10 w-full items-center gap-2 rounded px-1.5 text-sm hover:bg-ground-hover aria-expanded:bg-ground-press pointer-coarse:h-11 ${small ? "justify-center" : ""}`}
        >
          <Avatar name={name} size={small ? "small" : "normal"} />
          {!small && (
            <>
              <span dir="auto" className="min-w-0 flex-1 truncate text-start font-medium">
                {name}
                <VisuallyHidden>{`, ${t("person.menu")}`}</VisuallyHidden>
              </span>
              <Icon icon={ChevronsUpDown} size={14} className="text-muted" />
            </>
          )}
        </button>
      )}
    />
  );
}
