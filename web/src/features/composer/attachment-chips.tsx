import { useEffect, useRef } from "react";
import { CircleAlert, Paperclip, RotateCcw, X } from "lucide-react";
import { attachmentUrl } from "../../api/queries/attachments.ts";
import type { Attachment } from "../../api/types.ts";
import { formatSize } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { useStore } from "../../lib/store.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import type { Desk } from "./keepers.ts";
import type { Upload } from "./uploads.ts";

/** The files beside the text, and those on their way. `onGiveUp` takes an image out of the text. */
export function AttachmentChips({ desk, onGiveUp }: { desk: Desk; onGiveUp: (key: string) => void }) {
  const { keeper, uploads } = desk;
  const { writing } = useStore(keeper.store);
  // An image that is there already only waits to be put into the text.
  const coming = useStore(uploads.store).filter(({ attachment }) => attachment === null);
  const { files } = writing.active;
  const count = files.length + coming.length;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // Not behind the tools, which stay at the end of what is seen.
    if (count > 0) list.current?.scrollIntoView({ block: "nearest" });
  }, [count]);
  if (count === 0) return null;
  return (
    <ul ref={list} aria-label={t("composer.files")} className="flex scroll-mb-14 flex-wrap gap-2 pt-2">
      {files.map((file) => (
        <FileChip
          key={file.id}
          file={file}
          onRemove={() => keeper.change({ files: files.filter((each) => each !== file) })}
        />
      ))}
      {coming.map((upload) => (
        <UploadChip
          key={upload.key}
          upload={upload}
          onRetry={() => uploads.retry(upload.key)}
          onCancel={() => {
            if (upload.inline) onGiveUp(upload.key);
            uploads.cancel(upload.key);
          }}
        />
      ))}
    </ul>
  );
}

const CHIP = "flex h-9 max-w-full min-w-0 items-center gap-2 rounded border ps-2 text-sm pointer-coarse:h-11";

function FileChip({ file: { id, name, size }, onRemove }: { file: Attachment; onRemove: () => void }) {
  return (
    <li className={cx(CHIP, "border-line bg-ground-float")}>
      <Icon icon={Paperclip} size={14} className="shrink-0 text-muted" />
      <a
        href={`${attachmentUrl(id)}?download=1`}
        dir="auto"
        className="min-w-0 truncate hover:underline"
        aria-label={t("composer.fileSized", { name, size: formatSize(size) })}
      >
        {name}
      </a>
      <span className="shrink-0 text-muted tabular-nums" aria-hidden>
        {formatSize(size)}
      </span>
      <IconButton icon={X} size="small" label={t("composer.removeFile", { name })} onClick={onRemove} />
    </li>
  );
}

interface UploadChipProps {
  upload: Upload;
  onRetry: () => void;
  onCancel: () => void;
}

function UploadChip({ upload: { name, share, error, final }, onRetry, onCancel }: UploadChipProps) {
  const percent = Math.round(share * 100);
  return (
    <li
      className={cx(CHIP, "relative overflow-hidden", error === null ? "border-line bg-ground-float" : "border-danger")}
    >
      <Icon
        icon={error === null ? Paperclip : CircleAlert}
        size={14}
        className={cx("shrink-0", error === null ? "text-muted" : "text-danger-ink")}
      />
      <span dir="auto" className="min-w-0 truncate">
        {name}
      </span>
      {error === null ? (
        <>
          <span className="shrink-0 text-muted tabular-nums" aria-hidden>
            {t("composer.percent", { count: percent })}
          </span>
          <progress
            aria-label={t("composer.uploading", { name })}
            value={percent}
            max={100}
            className="composer-progress absolute inset-x-0 bottom-0 h-0.5 w-full"
          />
        </>
      ) : (
        <span role="alert" className="min-w-0 truncate text-danger-ink">
          {error}
        </span>
      )}
      <span className="flex shrink-0">
        {error !== null && !final && (
          <IconButton icon={RotateCcw} size="small" label={t("composer.retryFile", { name })} onClick={onRetry} />
        )}
        <IconButton
          icon={X}
          size="small"
          label={error === null ? t("composer.cancelFile", { name }) : t("composer.removeFile", { name })}
          onClick={onCancel}
        />
      </span>
    </li>
  );
}
