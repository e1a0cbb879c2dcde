import { Node } from "@tiptap/core";
import { t } from "../../i18n/t.ts";

/** How messages that are forwarded are shown while one writes: who, when, and the first words. */
export interface ForwardedSummary {
  title: string;
  text: string;
}

interface ForwardedOptions {
  describe: (ids: readonly string[]) => readonly ForwardedSummary[];
}

/** The place of the messages that are sent on; what they say comes in when it is sent. `<div data-forwarded="id,id">` */
export const ForwardedNode = Node.create<ForwardedOptions>({
  name: "forwarded",
  group: "block",
  atom: true,
  draggable: false,

  addOptions: () => ({ describe: () => [] }),

  addAttributes: () => ({
    ids: {
      default: "",
      parseHTML: (element: HTMLElement) => element.dataset["forwarded"] ?? "",
      renderHTML: ({ ids }: Record<string, unknown>) => ({ "data-forwarded": String(ids) }),
    },
  }),

  parseHTML: () => [{ tag: "div[data-forwarded]" }],

  renderHTML: ({ HTMLAttributes }) => ["div", HTMLAttributes],

  addNodeView() {
    const { describe } = this.options;
    return ({ node }) => {
      const dom = document.createElement("div");
      dom.className = "composer-forwarded";
      dom.contentEditable = "false";
      const head = document.createElement("p");
      head.textContent = t("composer.forwardedHead");
      dom.append(head);
      for (const { title, text } of describe(String(node.attrs["ids"]).split(","))) {
        const line = document.createElement("p");
        line.dir = "auto";
        const name = document.createElement("strong");
        name.textContent = title;
        line.append(name, ` ${text}`);
        dom.append(line);
      }
      return { dom };
    };
  },
});
