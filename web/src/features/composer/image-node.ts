import { Node } from "@tiptap/core";
import { attachmentUrl } from "../../api/queries/attachments.ts";
import type { Upload, Uploads } from "./uploads.ts";

interface ImageOptions {
  uploads: Uploads | null;
}

/**
 * An image inside the text. In the draft it is `<img data-attachment-id data-cid>` without a `src`: made from HTML, even
 * beside the page, an image is asked for at once. While it is on its way it has an `upload` in their place, and is not
 * part of the draft yet.
 */
export const ImageNode = Node.create<ImageOptions>({
  name: "image",
  group: "inline",
  inline: true,
  draggable: true,

  addOptions: () => ({ uploads: null }),

  addAttributes() {
    const kept = (name: string) => ({
      default: null,
      parseHTML: (element: HTMLElement) => element.getAttribute(name),
      renderHTML: () => ({}),
    });
    return {
      attachmentId: kept("data-attachment-id"),
      cid: kept("data-cid"),
      alt: kept("alt"),
      upload: kept("data-upload"),
    };
  },

  parseHTML: () => [{ tag: "img[data-attachment-id][data-cid]" }],

  renderHTML({ node }) {
    const { attachmentId, cid, alt, upload } = node.attrs as Record<string, string | null>;
    const named = { alt: alt ?? "" };
    if (attachmentId == null) return ["img", { ...named, "data-upload": upload ?? "" }];
    return ["img", { ...named, "data-attachment-id": attachmentId, "data-cid": cid ?? "" }];
  },

  addNodeView() {
    const { uploads } = this.options;
    return ({ node }) => {
      const { attachmentId, alt, upload } = node.attrs as Record<string, string | null>;
      const dom = document.createElement("img");
      dom.alt = alt ?? "";
      dom.className = "composer-image";
      if (attachmentId != null) dom.src = attachmentUrl(attachmentId);
      else {
        dom.dataset["state"] = "uploading";
        const preview = uploadOf(uploads, upload)?.preview ?? null;
        if (preview !== null) dom.src = preview;
      }
      return { dom };
    };
  },
});

function uploadOf(uploads: Uploads | null, key: string | null | undefined): Upload | undefined {
  return uploads?.store.get().find((each) => each.key === key);
}
