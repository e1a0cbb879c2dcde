import { formatTime } from "../../domain/time.ts";
import { findAttachments } from "../../storage/attachments.ts";
import type { Reader } from "../../storage/database.ts";
import type { DraftRow } from "../../storage/schema.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";
import { presentAttachment } from "./attachment.ts";

const FIELDS: ResourceFields = {
  documented: [
    "id",
    "ticket_id",
    "kind",
    "to",
    "cc",
    "bcc",
    "body",
    "htmlized",
    "attachments",
    "subject",
    "inbox_id",
    "customer_id",
    "version",
    "created_at",
    "updated_at",
  ],
  extra: [],
};

/** Drafts as the API shows them to their writer; an attachment that has gone elsewhere is left out. */
export async function presentDrafts(
  reader: Reader,
  drafts: readonly DraftRow[],
  asked: ReadonlySet<string> | null,
): Promise<Resource[]> {
  const idsOf = (draft: DraftRow): string[] => JSON.parse(draft.attachment_ids) as string[];
  const ids = drafts.flatMap(idsOf);
  const rows = await findAttachments(reader, drafts[0]?.account_id ?? "", ids);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return drafts.map((draft) => {
    const { id, ticket_id, kind, to, cc, bcc, body, subject, inbox_id, customer_id, version } = draft;
    const resource = {
      id,
      ticket_id,
      kind,
      to,
      cc,
      bcc,
      body,
      htmlized: draft.htmlized === 1,
      attachments: idsOf(draft).flatMap((each) => {
        const attachment = byId.get(each);
        return attachment?.message_id === null ? [presentAttachment(attachment, null)] : [];
      }),
      subject,
      inbox_id,
      customer_id,
      version,
      created_at: formatTime(draft.created_at),
      updated_at: formatTime(draft.updated_at),
    };
    return pickFields(resource, FIELDS, asked);
  });
}

export async function presentDraft(
  reader: Reader,
  draft: DraftRow,
  asked: ReadonlySet<string> | null,
): Promise<Resource> {
  const [resource = {}] = await presentDrafts(reader, [draft], asked);
  return resource;
}
