import "./rich-text.css";
import { type Editor, EditorContent, useEditor, useEditorState } from "@tiptap/react";
import { StarterKit } from "@tiptap/starter-kit";
import { Bold, Italic, Link2, List, ListOrdered, type LucideIcon } from "lucide-react";
import { useEffect } from "react";
import { t } from "../../i18n/t.ts";
import { IconButton } from "../../ui/button.tsx";

const EXTENSIONS = [
  StarterKit.configure({
    heading: false,
    codeBlock: false,
    horizontalRule: false,
    link: { openOnClick: false, autolink: true, protocols: ["mailto"] },
  }),
];

/** A text with formatting, as HTML. `onEditor` gives the editor to who puts variables into it. */
export function RichText({
  label,
  value,
  onChange,
  onEditor,
}: {
  label: string;
  value: string;
  onChange: (html: string) => void;
  onEditor: (editor: Editor) => void;
}) {
  const editor = useEditor({
    extensions: EXTENSIONS,
    content: value,
    // The security policy takes no style that is made at run time.
    injectCSS: false,
    editorProps: {
      attributes: {
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": label,
        class: "rich-text min-h-40 px-2.5 py-2 outline-none wrap-anywhere",
      },
    },
    onUpdate: ({ editor: current }) => onChange(current.isEmpty ? "" : current.getHTML()),
  });
  useEffect(() => {
    if (editor !== null) onEditor(editor);
  }, [editor, onEditor]);
  if (editor === null) return null;
  return (
    <div className="rounded border border-edge bg-ground-float focus-within:outline-2 focus-within:outline-focus">
      <Toolbar editor={editor} />
      <EditorContent editor={editor} />
    </div>
  );
}

function Toolbar({ editor }: { editor: Editor }) {
  const active = useEditorState({
    editor,
    selector: ({ editor: current }) => ({
      bold: current.isActive("bold"),
      italic: current.isActive("italic"),
      bulletList: current.isActive("bulletList"),
      orderedList: current.isActive("orderedList"),
      link: current.isActive("link"),
    }),
  });
  const button = (icon: LucideIcon, label: string, pressed: boolean, run: () => void) => (
    <IconButton
      icon={icon}
      size="small"
      label={label}
      pressed={pressed}
      onMouseDown={(event) => event.preventDefault()}
      onClick={run}
    />
  );
  return (
    <div role="toolbar" aria-label={t("replies.formatting")} className="flex gap-0.5 border-b border-line p-1">
      {button(Bold, t("replies.bold"), active.bold, () => editor.chain().focus().toggleBold().run())}
      {button(Italic, t("replies.italic"), active.italic, () => editor.chain().focus().toggleItalic().run())}
      {button(List, t("replies.list"), active.bulletList, () => editor.chain().focus().toggleBulletList().run())}
      {button(ListOrdered, t("replies.numbers"), active.orderedList, () =>
        editor.chain().focus().toggleOrderedList().run(),
      )}
      {button(Link2, t("replies.link"), active.link, () => linkSelection(editor, active.link))}
    </div>
  );
}

/** What is selected, when it reads as an address, becomes a link to it; a link becomes text again. */
function linkSelection(editor: Editor, isLink: boolean): void {
  if (isLink) {
    editor.chain().focus().unsetLink().run();
    return;
  }
  const { from, to } = editor.state.selection;
  const text = editor.state.doc.textBetween(from, to).trim();
  const href = /^https?:\/\//.test(text) ? text : `https://${text}`;
  if (URL.canParse(href) && text.includes(".")) editor.chain().focus().setLink({ href }).run();
  else editor.chain().focus().run();
}
