import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { t } from "../../i18n/t.ts";
import { announce } from "../../lib/announce.ts";
import { Button } from "../../ui/button.tsx";
import { FormField, Input } from "../../ui/field.tsx";

/** A text to take along: a link, a token, a DNS record. */
export function CopyField({ label, value, hint }: { label: string; value: string; hint?: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    field.current?.select();
    await copyText(value);
    setCopied(true);
    announce(t("settings.copied"));
  };
  return (
    <FormField label={label} hint={hint}>
      <div className="flex gap-2">
        <CopyInput field={field} value={value} />
        <Button
          icon={copied ? Check : Copy}
          onClick={() => void copy()}
          aria-label={t("settings.copyThe", { name: label })}
        >
          {copied ? t("settings.copied") : t("settings.copy")}
        </Button>
      </div>
    </FormField>
  );
}

function CopyInput({ field, value }: { field: React.RefObject<HTMLInputElement | null>; value: string }) {
  return (
    <Input
      ref={field}
      readOnly
      value={value}
      onFocus={(event) => event.target.select()}
      className="min-w-0 flex-1 font-mono text-sm"
    />
  );
}

/** Where the page may not use the clipboard by itself, what is selected is copied. */
async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    document.execCommand("copy");
  }
}
