import { useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { sessionQuery } from "../../api/queries/session.ts";
import { t } from "../../i18n/t.ts";
import { Page } from "./page.tsx";
import { Passkeys } from "./passkeys.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { Sessions } from "./sessions.tsx";
import { RecoveryPart, Totp } from "./totp.tsx";

/** What opens one's account besides the password, and where it is open. */
export function Security() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  return (
    <Page title={t("settings.security")} about={t("security.about")}>
      <Totp user={session.user} onCodes={setCodes} />
      <Passkeys onCodes={setCodes} />
      <RecoveryPart user={session.user} onCodes={setCodes} />
      <Sessions />
      {codes !== null && codes.length > 0 && <RecoveryCodes codes={codes} onClose={() => setCodes(null)} />}
    </Page>
  );
}
