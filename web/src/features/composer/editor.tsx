import "./editor.css";
import { type Editor, createDocument } from "@tiptap/core";
import { EditorState, Selection } from "@tiptap/pm/state";
import { EditorContent, useEditor } from "@tiptap/react";
import { useEffect, useRef, useState } from "react";
import { useStore } from "../../lib/store.ts";
import { editorExtensions } from "./editor-extensions.ts";
import { filesIn } from "./files-in.ts";
import type { ForwardedSummary } from "./forwarded-node.ts";
import type { Desk } from "./keepers.ts";
import { type Trigger, findTrigger } from "./trigger.ts";

export interface EditorProps {
  desk: Desk;
  label: string;
  placeholder: string;
  /** Room for more than a few lines from the start. */
  tall?: boolean;
  describe: (ids: readonly string[]) => readonly ForwardedSummary[];
  onReady: (editor: Editor | null) => void;
  onTrigger: (trigger: Trigger | null) => void;
  /** A key that what floats beside the text may take. */
  onKey: (event: KeyboardEvent) => boolean;
}

/** The text. What is typed goes to the keeper at once; what comes from elsewhere is shown. */
export function TextEditor({ desk, label, placeholder, tall = false, ...hooks }: EditorProps) {
  const { keeper, uploads } = desk;
  const { onReady } = hooks;
  const latest = useRef(hooks);
  const own = useRef<Editor | null>(null);
  useEffect(() => {
    latest.current = hooks;
  });
  const take = (data: DataTransfer | null): boolean => {
    const files = filesIn(data);
    if (own.current !== null) addFiles(own.current, desk, files);
    return files.length > 0;
  };
  // The first ones stay: others would be compared, and given to the editor, with every letter.
  // oxlint-disable-next-line react/refs -- read when something is drawn, long after this
  const [extensions] = useState(() =>
    editorExtensions({ uploads, placeholder, describe: (ids) => latest.current.describe(ids) }),
  );
  const editor = useEditor({
    injectCSS: false,
    // An editor that is made while drawing is thrown away when the drawing takes a moment, and another one is made.
    immediatelyRender: false,
    textDirection: "auto",
    content: keeper.content.body,
    extensions,
    shouldRerenderOnTransaction: false,
    editorProps: {
      attributes: {
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": label,
        class: "composer-text",
        ...(tall && { "data-tall": "" }),
      },
      handleKeyDown: (_view, event) => latest.current.onKey(event),
      handlePaste: (_view, event) => take(event.clipboardData),
      handleDrop: (view, event) => {
        const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
        if (at !== null && filesIn(event.dataTransfer).length > 0) own.current?.commands.setTextSelection(at.pos);
        return take(event.dataTransfer);
      },
    },
    onUpdate: (change) => keeper.change({ body: change.editor.getHTML() }),
    onTransaction: (change) => latest.current.onTrigger(change.editor.isFocused ? findTrigger(change.editor) : null),
    onBlur: () => latest.current.onTrigger(null),
  });
  useShown(editor, desk);
  useImages(editor, desk);
  useEffect(() => {
    own.current = editor;
    onReady(editor);
    return () => onReady(null);
  }, [editor, onReady]);
  return <EditorContent editor={editor} />;
}

/** Images go into the text where the cursor is, other files beside it. */
export function addFiles(editor: Editor, { uploads }: Desk, files: readonly File[]): void {
  const images = files.filter(({ type }) => /^image\/(png|jpeg|gif|webp)$/.test(type));
  uploads.add(files.filter((file) => !images.includes(file)));
  for (const image of images) {
    const upload = uploads.addInline(image);
    editor
      .chain()
      .insertContent({ type: "image", attrs: { upload, alt: image.name } })
      .run();
  }
}

/** Shows what came from elsewhere: another device, an undo, the other of answer and note. */
function useShown(editor: Editor | null, { keeper }: Desk): void {
  const { revision } = useStore(keeper.store);
  const shown = useRef(revision);
  useEffect(() => {
    if (editor === null || shown.current === revision) return;
    shown.current = revision;
    if (editor.getHTML() !== keeper.content.body) replaceText(editor, keeper.content.body);
  }, [editor, keeper, revision]);
}

/** Another text, with a history of its own: undoing must not bring back what was sent, or a note into an answer. */
function replaceText(editor: Editor, html: string): void {
  const { schema, plugins } = editor.state;
  const doc = createDocument(html, schema);
  editor.view.updateState(EditorState.create({ doc, plugins, selection: Selection.atEnd(doc) }));
}

/** Puts images that have arrived on the server in the place of their previews. */
function useImages(editor: Editor | null, { uploads }: Desk): void {
  const all = useStore(uploads.store);
  useEffect(() => {
    if (editor === null) return;
    for (const { key, attachment, contentId, inline } of all) {
      if (!inline || attachment === null) continue;
      const at = imagePlace(editor, key);
      if (at === null) continue;
      const { tr } = editor.state;
      const attrs = { attachmentId: attachment.id, cid: contentId, alt: attachment.name, upload: null };
      editor.view.dispatch(tr.setNodeMarkup(at, undefined, attrs).setMeta("addToHistory", false));
      uploads.forget(key);
    }
  }, [editor, uploads, all]);
}

function imagePlace(editor: Editor, key: string): number | null {
  let found: number | null = null;
  editor.state.doc.descendants((node, at) => {
    if (node.type.name === "image" && node.attrs["upload"] === key) found = at;
  });
  return found;
}

/** Takes the image of an upload that was given up out of the text. */
export function removeImage(editor: Editor, key: string): void {
  const at = imagePlace(editor, key);
  if (at !== null) editor.view.dispatch(editor.state.tr.delete(at, at + 1));
}
