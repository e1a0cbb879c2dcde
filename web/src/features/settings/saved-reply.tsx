import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import type { Editor } from "@tiptap/react";
import { useCallback, useRef, useState } from "react";
import { inboxesQuery } from "../../api/queries/folders.ts";
import { fullName } from "../../api/names.ts";
import { queryClient } from "../../api/query-client.ts";
import { changeSavedReply, createSavedReply, deleteSavedReply } from "../../api/queries/saved-replies.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import type { SavedReply } from "../../api/types.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import { useGo } from "../../lib/use-go.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { AreaField, CheckField, TextField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { ButtonLink, Page, Part } from "./page.tsx";
import { escapeHtml, fillSample } from "./reply-sample.ts";
import { SafeHtml } from "./safe-html.tsx";
import { type Form, useForm } from "./use-form.ts";
import { REPLY_VARIABLES, Variables, insertInto } from "./variables.tsx";
import { lazyPart } from "../../ui/lazy-part.tsx";

/** The editor is as large as the rest of the client: it comes with the first reply that is opened. */
const RichText = lazyPart(async () => (await import("./rich-text.tsx")).RichText, {
  fallback: () => <Skeleton className="h-50" />,
});

interface Fields {
  name: string;
  body: string;
  htmlized: boolean;
  shared: boolean;
}

const BACK = "/settings/saved-replies";

async function refresh(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ["saved-replies"] });
}

/** One saved reply, or a new one (null). Those of others are only read, but by admins. */
export function SavedReplyPage({ reply, readOnly = false }: { reply: SavedReply | null; readOnly?: boolean }) {
  const go = useGo();
  const form = useForm<Fields>({
    initial: {
      name: reply?.name ?? "",
      body: reply?.body ?? "",
      htmlized: reply?.htmlized ?? true,
      shared: reply?.shared ?? false,
    },
    always: reply === null,
    save: async (values, changed) => {
      if (reply === null) await createSavedReply(values);
      else await changeSavedReply(reply.id, changed);
      await refresh();
      if (reply === null) go.to(BACK);
    },
  });
  const back = { to: BACK, label: t("settings.savedReplies") };
  if (readOnly) {
    return (
      <Page title={form.values.name} about={t("replies.others")} back={back}>
        <Preview form={form} />
      </Page>
    );
  }
  return (
    <Page title={reply === null ? t("replies.create") : reply.name} back={back}>
      <SettingsForm
        form={form}
        {...(reply === null && { beside: <ButtonLink to={BACK}>{t("action.cancel")}</ButtonLink> })}
      >
        <TextField form={form} name="name" label={t("settings.name")} hint={t("replies.nameHint")} />
        <Body form={form} />
        <Preview form={form} />
        <CheckField form={form} name="shared" label={t("replies.shared")} hint={t("replies.sharedHint")} />
      </SettingsForm>
      {reply !== null && <DeleteReply reply={reply} />}
    </Page>
  );
}

function Body({ form }: { form: Form<Fields> }) {
  const { body, htmlized } = form.values;
  const area = useRef<HTMLTextAreaElement>(null);
  const editor = useRef<Editor | null>(null);
  const keep = useCallback((made: Editor) => {
    editor.current = made;
  }, []);
  const error = form.errorOf("body");
  return (
    <>
      {htmlized ? (
        <div className="flex flex-col gap-1">
          <p className="text-sm font-medium" aria-hidden>
            {t("replies.text")}
          </p>
          <RichText
            label={t("replies.text")}
            value={body}
            onChange={(html) => form.set("body", html)}
            onEditor={keep}
          />
          {error !== null && (
            <p role="alert" className="text-sm text-danger-ink">
              {error}
            </p>
          )}
        </div>
      ) : (
        <AreaField
          form={form}
          name="body"
          ref={area}
          rows={8}
          label={t("replies.text")}
          hint={t("replies.plainHint")}
        />
      )}
      <Variables
        names={REPLY_VARIABLES}
        onPick={(text) => {
          if (htmlized) editor.current?.chain().focus().insertContent(text).run();
          else insertInto(area.current, body, text, (value) => form.set("body", value));
        }}
      />
      {!htmlized && (
        <Button
          size="small"
          className="self-start"
          onClick={() => {
            form.set("body", paragraphs(body));
            form.set("htmlized", true);
          }}
        >
          {t("replies.format")}
        </Button>
      )}
    </>
  );
}

/** Lines of text as paragraphs: an empty line parts them. */
function paragraphs(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((part) => `<p>${escapeHtml(part).replaceAll("\n", "<br>")}</p>`)
    .join("");
}

function Preview({ form }: { form: Form<Fields> }) {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const { body, htmlized } = form.values;
  const own = {
    "user.name": fullName(session.user) || session.user.email,
    "user.first_name": session.user.first_name ?? "",
    "account.name": session.account.name,
    "inbox.name": inboxes[0]?.name ?? "",
    "ticket.subject": t("replies.sampleSubject"),
  };
  const filled = fillSample(body, own, REPLY_VARIABLES, htmlized ? escapeHtml : undefined);
  return (
    <section aria-label={t("replies.preview")} className="rounded border border-line bg-ground-ours px-3 py-2.5">
      <p className="pb-1 text-xs font-medium text-muted">{t("replies.preview")}</p>
      {filled.trim() === "" ? (
        <p className="text-muted">{t("replies.previewEmpty")}</p>
      ) : htmlized ? (
        <SafeHtml html={filled} />
      ) : (
        <p className="wrap-anywhere whitespace-pre-wrap">{filled}</p>
      )}
    </section>
  );
}

function DeleteReply({ reply }: { reply: SavedReply }) {
  const go = useGo();
  const [asking, setAsking] = useState(false);
  const change = useChange({
    send: async () => {
      await deleteSavedReply(reply.id);
      await refresh();
    },
    done: () => ({ text: t("replies.deleted", { name: reply.name }) }),
    failed: t("replies.notDeleted"),
  });
  return (
    <Part title={t("replies.delete")} action={<Button onClick={() => setAsking(true)}>{t("replies.delete")}</Button>}>
      <Confirm
        open={asking}
        title={t("replies.deleteName", { name: reply.name })}
        text={t(reply.shared ? "replies.deleteShared" : "replies.deleteOwn")}
        action={t("replies.delete")}
        busy={change.running}
        onClose={() => setAsking(false)}
        onConfirm={() => change.run(undefined, { onSuccess: () => go.to(BACK), onSettled: () => setAsking(false) })}
      />
    </Part>
  );
}
