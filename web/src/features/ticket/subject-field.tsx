import { useRef, useState } from "react";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { tipProps } from "../../ui/tip.ts";

/** The subject, changed where it stands: a press or Enter begins, Enter saves, Escape leaves it as it was. */
export function SubjectField({
  subject,
  onChange,
}: {
  subject: string | null;
  /** Null for whoever may not change it. */
  onChange: ((subject: string) => void) | null;
}) {
  const [editing, setEditing] = useState(false);
  const heading = useRef<HTMLButtonElement>(null);
  const text = subject ?? t("ticket.noSubject");
  if (editing && onChange !== null) {
    const finish = (value: string | null): void => {
      setEditing(false);
      const wanted = value?.trim() ?? "";
      if (wanted !== "" && wanted !== subject) onChange(wanted);
      requestAnimationFrame(() => heading.current?.focus());
    };
    return (
      <input
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- one has just pressed the subject to write here
        autoFocus
        defaultValue={subject ?? ""}
        aria-label={t("ticket.subject")}
        dir="auto"
        maxLength={2000}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={(event) => finish(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.nativeEvent.isComposing) finish(event.currentTarget.value);
          if (event.key === "Escape") finish(null);
        }}
        className="h-8 min-w-0 flex-1 rounded border border-edge bg-ground-float px-2 text-lg font-semibold"
      />
    );
  }
  return (
    <h1 className="min-w-0 flex-1 text-lg font-semibold" dir="auto">
      {onChange === null ? (
        <span className="line-clamp-2 px-2 py-1 break-words">{text}</span>
      ) : (
        <button
          ref={heading}
          type="button"
          {...tipProps({ tip: t("ticket.editSubject") })}
          onClick={() => setEditing(true)}
          className={cx(
            "max-w-full rounded px-2 py-1 text-start hover:bg-ground-hover max-medium:px-1",
            subject === null && "text-muted",
          )}
        >
          <span className="line-clamp-2 break-words">{text}</span>
        </button>
      )}
    </h1>
  );
}
