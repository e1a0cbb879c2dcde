import { Extension, type Extensions } from "@tiptap/core";
import { Placeholder } from "@tiptap/extensions";
import { StarterKit } from "@tiptap/starter-kit";
import { BINDINGS, COMMAND_IDS, bindingOf } from "../../keys/bindings.ts";
import { runCommand } from "../../keys/commands.ts";
import { ForwardedNode, type ForwardedSummary } from "./forwarded-node.ts";
import { ImageNode } from "./image-node.ts";
import { MentionNode } from "./mention-node.ts";
import type { Uploads } from "./uploads.ts";

export interface EditorParts {
  uploads: Uploads;
  placeholder: string;
  describe: (ids: readonly string[]) => readonly ForwardedSummary[];
}

/** What the text may hold, and nothing else: what is pasted loses the rest. */
export function editorExtensions({ uploads, placeholder, describe }: EditorParts): Extensions {
  return [
    StarterKit.configure({
      heading: false,
      horizontalRule: false,
      underline: false,
      trailingNode: false,
      dropcursor: { class: "composer-dropcursor", color: false },
      link: {
        openOnClick: false,
        defaultProtocol: "https",
        HTMLAttributes: { target: null, rel: null, class: null },
      },
    }),
    Placeholder.configure({ placeholder }),
    ImageNode.configure({ uploads }),
    MentionNode,
    ForwardedNode.configure({ describe }),
    OurKeys,
  ];
}

/** The editor has keys of its own for some of these; ours come first, so that `bindings.ts` has the last word. */
const OurKeys = Extension.create({
  name: "ourKeys",
  priority: 1000,
  addKeyboardShortcuts() {
    const own = COMMAND_IDS.filter((id) => bindingOf(id).scope === "composer");
    const pairs = own.flatMap((id) =>
      BINDINGS[id].keys.map((keys) => [asEditorKeys(keys), () => runCommand(id)] as const),
    );
    return Object.fromEntries(pairs);
  },
});

/** `Mod+Shift+b` is `Mod-Shift-b` to the editor. */
function asEditorKeys(keys: string): string {
  return keys.replaceAll("+", "-");
}
