import { Download, File, FileArchive, FileImage, FileSpreadsheet, FileText, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { attachmentViewUrl } from "../../api/queries/messages.ts";
import type { Attachment, Id } from "../../api/types.ts";
import { formatSize } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { Icon } from "../../ui/icon.tsx";
import { closes, lazyPart } from "../../ui/lazy-part.tsx";
import { tipProps } from "../../ui/tip.ts";
import { previewOf } from "./attachment-kinds.ts";

const AttachmentViewer = lazyPart(async () => (await import("./attachment-viewer.tsx")).AttachmentViewer, closes);

/** The files of a message: pictures as small pictures, others as cards; a press looks at them, or downloads them. */
export function Attachments({ attachments }: { attachments: readonly Attachment[] }) {
  const [open, setOpen] = useState<Id | null>(null);
  if (attachments.length === 0) return null;
  const viewable = attachments.filter((each) => previewOf(each) !== null);
  return (
    <>
      <ul
        aria-label={t("attachment.list", { count: attachments.length })}
        className="ms-10 mt-3 grid max-w-[76ch] grid-cols-[repeat(auto-fill,minmax(13.5rem,1fr))] gap-2 max-medium:ms-0"
      >
        {attachments.map((attachment) => (
          <li key={attachment.id} className="min-w-0">
            <Card attachment={attachment} onOpen={() => setOpen(attachment.id)} />
          </li>
        ))}
      </ul>
      {open !== null && <AttachmentViewer attachments={viewable} startId={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function Card({ attachment, onOpen }: { attachment: Attachment; onOpen: () => void }) {
  const preview = previewOf(attachment);
  const size = formatSize(attachment.size);
  const url = attachmentViewUrl(attachment.id);
  const words = (
    <span className="flex min-w-0 flex-1 flex-col text-start">
      <span className="truncate text-sm" dir="auto" {...tipProps({ tip: attachment.name })}>
        {attachment.name}
      </span>
      <span className="text-xs text-muted tabular-nums">{size}</span>
    </span>
  );
  return (
    <div className="flex h-12 items-center rounded border border-line bg-ground text-text hover:border-edge">
      {preview === null ? (
        <a
          href={`${url}?download=1`}
          download={attachment.name}
          aria-label={t("attachment.download", { name: attachment.name, size })}
          className="flex h-full min-w-0 flex-1 items-center gap-2 rounded ps-2"
        >
          <Icon icon={iconOf(attachment)} size={20} className="shrink-0 text-muted" />
          {words}
          <Icon icon={Download} className="mx-2.5 shrink-0 text-muted" />
        </a>
      ) : (
        <>
          <button
            type="button"
            aria-haspopup="dialog"
            aria-label={t("attachment.open", { name: attachment.name, size })}
            onClick={onOpen}
            className="flex h-full min-w-0 flex-1 items-center gap-2 rounded ps-2"
          >
            {preview === "image" ? (
              <Thumbnail url={url} />
            ) : (
              <Icon icon={iconOf(attachment)} size={20} className="shrink-0 text-muted" />
            )}
            {words}
          </button>
          <a
            href={`${url}?download=1`}
            download={attachment.name}
            aria-label={t("attachment.download", { name: attachment.name, size })}
            {...tipProps({ tip: t("attachment.downloadShort") })}
            className="grid size-9 shrink-0 place-items-center rounded text-muted hover:text-text pointer-coarse:size-11 print:hidden"
          >
            <Icon icon={Download} />
          </a>
        </>
      )}
    </div>
  );
}

/** A picture that cannot be shown is a card like the others. */
function Thumbnail({ url }: { url: string }) {
  const [broken, setBroken] = useState(false);
  if (broken) return <Icon icon={FileImage} size={20} className="shrink-0 text-muted" />;
  return (
    <img
      src={url}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => setBroken(true)}
      className="-ms-1 size-9 shrink-0 rounded-sm border border-line bg-ground-low object-cover"
    />
  );
}

function iconOf({ type, name }: Attachment): LucideIcon {
  if (type.startsWith("image/")) return FileImage;
  if (type.startsWith("text/csv") || /spreadsheet|excel/.test(type) || /\.(csv|xlsx?|ods)$/i.test(name)) {
    return FileSpreadsheet;
  }
  if (/zip|compressed|x-tar|x-7z|x-rar/.test(type)) return FileArchive;
  if (type === "application/pdf" || type.startsWith("text/") || /word|opendocument\.text/.test(type)) return FileText;
  return File;
}
