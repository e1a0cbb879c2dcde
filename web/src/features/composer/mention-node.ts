import { Node } from "@tiptap/core";

/** A colleague named in a note; they hear of it. `<span data-user-id="…">@Ada</span>`, as the API reads it. */
export const MentionNode = Node.create({
  name: "mention",
  group: "inline",
  inline: true,
  atom: true,
  selectable: false,

  addAttributes: () => ({ id: { default: null }, name: { default: "" } }),

  parseHTML: () => [
    {
      tag: "span[data-user-id]",
      getAttrs: (element) => ({
        id: element.getAttribute("data-user-id"),
        name: element.textContent.replace(/^@/, ""),
      }),
    },
  ],

  renderHTML: ({ node }) => ["span", { "data-user-id": String(node.attrs["id"]) }, `@${String(node.attrs["name"])}`],

  renderText: ({ node }) => `@${String(node.attrs["name"])}`,
});
