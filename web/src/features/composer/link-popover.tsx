import type { Editor } from "@tiptap/core";
import { type ReactNode, useState } from "react";
import { t } from "../../i18n/t.ts";
import { Button } from "../../ui/button.tsx";
import { FormField, Input } from "../../ui/field.tsx";
import { type Opened, Popover, type TriggerProps } from "../../ui/floating.tsx";

interface LinkPopoverProps {
  editor: Editor;
  opened: Opened;
  trigger: (props: TriggerProps) => ReactNode;
}

/** Where the chosen words lead. */
export function LinkPopover({ editor, opened, trigger }: LinkPopoverProps) {
  return (
    <Popover label={t("command.link")} opened={opened} trigger={trigger} className="w-72">
      {opened.open && <LinkForm editor={editor} onClose={() => opened.onOpenChange(false)} />}
    </Popover>
  );
}

function LinkForm({ editor, onClose }: { editor: Editor; onClose: () => void }) {
  const before = String(editor.getAttributes("link")["href"] ?? "");
  const [href, setHref] = useState(before);
  const [wrong, setWrong] = useState<string | null>(null);
  const set = (): void => {
    const target = completed(href);
    if (target === null) {
      setWrong(t("composer.notALink"));
      return;
    }
    const chain = editor.chain().focus().extendMarkRange("link");
    const { empty } = editor.state.selection;
    if (empty && before === "") {
      chain
        .insertContent({ type: "text", text: href.trim(), marks: [{ type: "link", attrs: { href: target } }] })
        .run();
    } else chain.setLink({ href: target }).run();
    onClose();
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        set();
      }}
    >
      <FormField label={t("composer.linkTo")} error={wrong}>
        <Input
          dir="ltr"
          inputMode="url"
          value={href}
          placeholder={SCHEME}
          onChange={(event) => setHref(event.currentTarget.value)}
        />
      </FormField>
      <div className="flex justify-end gap-2">
        {before !== "" && (
          <Button
            onClick={() => {
              editor.chain().focus().extendMarkRange("link").unsetLink().run();
              onClose();
            }}
          >
            {t("composer.removeLink")}
          </Button>
        )}
        <Button kind="primary" type="submit">
          {t("composer.setLink")}
        </Button>
      </div>
    </form>
  );
}

const SCHEME = "https://";

/** A whole address from what people type; null for what is none, or would run something. */
export function completed(text: string): string | null {
  const given = text.trim();
  if (given === "" || /\s/.test(given)) return null;
  if (/^[^\s@/:]+@[^\s@/]+\.[^\s@/]+$/.test(given)) return `mailto:${given}`;
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(given) ? given : `${SCHEME}${given}`;
  return URL.canParse(whole) && /^(https?|mailto|tel):/i.test(whole) ? whole : null;
}
