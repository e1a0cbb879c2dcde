import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { savedRepliesQuery } from "../../api/queries/saved-replies.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import type { SavedReply } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { Badge } from "../../ui/badge.tsx";
import { FormField, Input } from "../../ui/field.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { Loaded } from "./loaded.tsx";
import { ButtonLink, Item, Items, Nothing, Page } from "./page.tsx";
import { SavedReplyPage } from "./saved-reply.tsx";
import type { SectionProps } from "./section-screens.tsx";
import { isAtLeast } from "./sections.ts";
import { useSettled } from "./use-settled.ts";

/** Texts to answer with: one's own, and those of all. */
export function SavedReplies({ itemId }: SectionProps) {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const [words, setWords] = useState("");
  const query = useQuery(savedRepliesQuery(useSettled(words.trim(), 200)));
  if (itemId === "new") return <SavedReplyPage reply={null} />;
  if (itemId !== undefined) {
    return (
      <Loaded query={query}>
        {(replies) => {
          const reply = replies.find(({ id }) => id === itemId);
          if (reply === undefined) return <EmptyState title={t("screen.notFound")} text={t("screen.notFoundText")} />;
          const mayChange = reply.user_id === session.user.id || isAtLeast(session.user.role, "admin");
          return <SavedReplyPage reply={reply} readOnly={!mayChange} />;
        }}
      </Loaded>
    );
  }
  return (
    <Page
      title={t("settings.savedReplies")}
      about={t("replies.about")}
      action={
        <ButtonLink to="/settings/saved-replies/new" primary>
          {t("replies.create")}
        </ButtonLink>
      }
    >
      <FormField label={t("replies.search")}>
        <Input type="search" value={words} onChange={(event) => setWords(event.target.value)} />
      </FormField>
      <Loaded query={query}>{(replies) => <ReplyList replies={replies} searched={words.trim() !== ""} />}</Loaded>
    </Page>
  );
}

function ReplyList({ replies, searched }: { replies: readonly SavedReply[]; searched: boolean }) {
  if (replies.length === 0) return <Nothing>{t(searched ? "picker.nothing" : "replies.none")}</Nothing>;
  return (
    <Items label={t("settings.savedReplies")}>
      {replies.map((reply) => (
        <Item
          key={reply.id}
          to={`/settings/saved-replies/${reply.id}`}
          title={reply.name}
          detail={textOf(reply)}
          after={
            <span className="flex shrink-0 items-center gap-2 text-sm text-muted">
              {reply.uses !== undefined && reply.uses > 0 && (
                <span className="tabular-nums max-medium:sr-only">{t("replies.uses", { count: reply.uses })}</span>
              )}
              {!reply.shared && <Badge>{t("replies.own")}</Badge>}
            </span>
          }
        />
      ))}
    </Items>
  );
}

/** What it says, in one line. */
function textOf({ body, htmlized }: SavedReply): string {
  const text = htmlized ? (new DOMParser().parseFromString(body, "text/html").body.textContent ?? "") : body;
  return text.replace(/\s+/g, " ").trim().slice(0, 200);
}
