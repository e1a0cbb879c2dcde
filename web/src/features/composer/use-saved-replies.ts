import type { Editor } from "@tiptap/core";
import { useQuery } from "@tanstack/react-query";
import { renderSavedReply, savedRepliesQuery } from "../../api/queries/saved-replies.ts";
import type { Id, SavedReply } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { toastFailed } from "../../lib/toasts.ts";
import { textToHtml } from "./content.ts";
import { plainOf } from "./plain-of.ts";

const NONE: readonly SavedReply[] = [];

/** Saved replies, and what puts one into the text with its variables filled in. */
export function useSavedReplies(ticketId: Id | null, editor: Editor | null) {
  const { data: replies = NONE } = useQuery(savedRepliesQuery());
  const insert = async (id: Id): Promise<void> => {
    try {
      const { body, htmlized } = await renderSavedReply(id, ticketId);
      editor
        ?.chain()
        .focus()
        .insertContent(htmlized ? body : textToHtml(body))
        .scrollIntoView()
        .run();
    } catch (error) {
      toastFailed(t("composer.savedReplyFailed"), error);
    }
  };
  return { replies, insert: (id: Id) => void insert(id) };
}

/** The words of a reply, without its marks. */
export function plainReply({ body, htmlized }: SavedReply): string {
  return (htmlized ? plainOf(body) : body).replace(/\s+/g, " ").trim();
}

/** Those in which every word begins a word, in the name first. */
export function matchingReplies(replies: readonly SavedReply[], words: string): SavedReply[] {
  const wanted = fold(words).split(/\s+/).filter(Boolean);
  const begins = (text: string): boolean => wanted.every((word) => ` ${fold(text)}`.includes(` ${word}`));
  const named = replies.filter(({ name }) => begins(name));
  const others = replies.filter((reply) => !named.includes(reply) && begins(`${reply.name} ${plainReply(reply)}`));
  return [...named, ...others];
}

export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
