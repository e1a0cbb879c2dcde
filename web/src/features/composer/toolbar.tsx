import type { Editor } from "@tiptap/core";
import { useEditorState } from "@tiptap/react";
import { Bold, Code, Italic, Link, List, ListOrdered, type LucideIcon, TextQuote } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { t } from "../../i18n/t.ts";
import { BINDINGS, type CommandId } from "../../keys/bindings.ts";
import { useCommand } from "../../keys/commands.ts";
import { IconButton } from "../../ui/button.tsx";
import { LinkPopover } from "./link-popover.tsx";

interface Format {
  command: CommandId;
  icon: LucideIcon;
  /** The mark or node that it turns on and off. */
  name: string;
  toggle: (editor: Editor) => boolean;
}

const FORMATS: readonly Format[] = [
  { command: "composer.bold", icon: Bold, name: "bold", toggle: (e) => e.chain().focus().toggleBold().run() },
  { command: "composer.italic", icon: Italic, name: "italic", toggle: (e) => e.chain().focus().toggleItalic().run() },
  {
    command: "composer.bullets",
    icon: List,
    name: "bulletList",
    toggle: (e) => e.chain().focus().toggleBulletList().run(),
  },
  {
    command: "composer.numbers",
    icon: ListOrdered,
    name: "orderedList",
    toggle: (e) => e.chain().focus().toggleOrderedList().run(),
  },
  {
    command: "composer.quote",
    icon: TextQuote,
    name: "blockquote",
    toggle: (e) => e.chain().focus().toggleBlockquote().run(),
  },
  { command: "composer.code", icon: Code, name: "code", toggle: toggleCode },
];

/** A few words are code in a line; several lines, or what is code already, are a block. */
function toggleCode(editor: Editor): boolean {
  const { $from, $to, empty } = editor.state.selection;
  const chain = editor.chain().focus();
  const isBlock = editor.isActive("codeBlock") || !$from.sameParent($to) || (empty && $from.parent.content.size === 0);
  return isBlock ? chain.toggleCodeBlock().run() : chain.toggleCode().run();
}

/** How the words look. One stop for the Tab key; the arrows go along it. */
export function Toolbar({ editor }: { editor: Editor }) {
  const active = useEditorState({
    editor,
    selector: ({ editor: now }) => ({
      ...Object.fromEntries(FORMATS.map(({ name }) => [name, now.isActive(name)])),
      code: now.isActive("code") || now.isActive("codeBlock"),
      link: now.isActive("link"),
    }),
  }) as Record<string, boolean>;
  const [linking, setLinking] = useState(false);
  useCommand("composer.link", () => setLinking(true));
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- its buttons have the focus
    <div role="toolbar" aria-label={t("composer.format")} className="flex" onKeyDown={moveAlong}>
      {FORMATS.map((format, index) => (
        <FormatButton
          key={format.name}
          format={format}
          editor={editor}
          pressed={active[format.name] ?? false}
          first={index === 0}
        />
      ))}
      <LinkPopover
        editor={editor}
        opened={{ open: linking, onOpenChange: setLinking }}
        trigger={(props) => (
          <IconButton
            icon={Link}
            size="small"
            label={t("command.link")}
            command="composer.link"
            pressed={active["link"] ?? false}
            tabIndex={-1}
            {...props}
          />
        )}
      />
    </div>
  );
}

function FormatButton({
  format,
  editor,
  pressed,
  first,
}: {
  format: Format;
  editor: Editor;
  pressed: boolean;
  first: boolean;
}) {
  const { command, icon, toggle } = format;
  const run = (): void => void toggle(editor);
  useCommand(command, run);
  return (
    <IconButton
      icon={icon}
      size="small"
      label={t(BINDINGS[command].label)}
      command={command}
      pressed={pressed}
      tabIndex={first ? 0 : -1}
      // The text keeps its selection.
      onPointerDown={(event) => event.preventDefault()}
      onClick={run}
    />
  );
}

/** Arrow keys, Home and End (WAI-ARIA: toolbar). */
function moveAlong(event: KeyboardEvent<HTMLDivElement>): void {
  const buttons = Array.from(event.currentTarget.querySelectorAll<HTMLButtonElement>(":scope > button"));
  const at = buttons.indexOf(event.target as HTMLButtonElement);
  const forward = getComputedStyle(event.currentTarget).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
  const next = { [forward]: at + 1, [back]: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  buttons[(next + buttons.length) % buttons.length]?.focus();
}
