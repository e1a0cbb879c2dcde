import { useState } from "react";
import { t } from "../../i18n/t.ts";
import { useStore } from "../../lib/store.ts";
import type { DraftKeeper } from "./draft-keeper.ts";
import { RecipientField } from "./recipient-field.tsx";

/** To, and Cc and Bcc once they are wanted. */
export function RecipientRows({ keeper, focus = false }: { keeper: DraftKeeper; focus?: boolean }) {
  const { writing } = useStore(keeper.store);
  const { to, cc, bcc } = writing.active;
  const [wanted, setWanted] = useState({ cc: false, bcc: false });
  const everybody = [...to, ...cc, ...bcc];
  const hasCc = wanted.cc || cc.length > 0;
  const hasBcc = wanted.bcc || bcc.length > 0;
  return (
    <>
      <RecipientField
        label={t("composer.to")}
        addresses={to}
        taken={everybody}
        first={focus}
        onChange={(addresses) => keeper.change({ to: addresses })}
      >
        <span className="flex shrink-0 gap-1 pt-1">
          {!hasCc && <More label={t("composer.cc")} onClick={() => setWanted((now) => ({ ...now, cc: true }))} />}
          {!hasBcc && <More label={t("composer.bcc")} onClick={() => setWanted((now) => ({ ...now, bcc: true }))} />}
        </span>
      </RecipientField>
      {hasCc && (
        <RecipientField
          label={t("composer.cc")}
          addresses={cc}
          taken={everybody}
          first={wanted.cc}
          onChange={(addresses) => keeper.change({ cc: addresses })}
        />
      )}
      {hasBcc && (
        <RecipientField
          label={t("composer.bcc")}
          addresses={bcc}
          taken={everybody}
          first={wanted.bcc}
          onChange={(addresses) => keeper.change({ bcc: addresses })}
        />
      )}
    </>
  );
}

function More({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-label={t("composer.addField", { name: label })}
      onClick={onClick}
      className="h-6 rounded-sm px-1 text-sm text-muted hover:text-text hover:underline pointer-coarse:h-9 pointer-coarse:px-2"
    >
      {label}
    </button>
  );
}

/** What this mail is about, where it is not the ticket's own subject. */
export function SubjectRow({ keeper, label }: { keeper: DraftKeeper; label: string }) {
  const { writing } = useStore(keeper.store);
  return (
    <label className="flex min-h-9 items-center gap-2 border-b border-line pointer-coarse:min-h-11">
      <span className="w-14 shrink-0 text-sm text-muted">{label}</span>
      <input
        dir="auto"
        value={writing.active.subject}
        maxLength={2000}
        onChange={(event) => keeper.change({ subject: event.currentTarget.value })}
        className="h-8 min-w-0 flex-1 bg-transparent text-base outline-none"
      />
    </label>
  );
}
