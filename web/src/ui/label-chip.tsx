import { X } from "lucide-react";
import { t } from "../i18n/t.ts";
import { cx } from "../lib/class-names.ts";
import { Icon } from "./icon.tsx";

const PALETTE = new Set(["gray", "red", "orange", "amber", "green", "teal", "blue", "indigo", "purple", "pink"]);

/** A label's colour as a dot: a name of the palette, or `#rrggbb` from elsewhere. Colour alone never says anything. */
export function LabelDot({ color, className }: { color: string; className?: string }) {
  const named = PALETTE.has(color);
  return (
    <span
      aria-hidden
      style={named ? undefined : { background: color }}
      className={cx("inline-block size-2 shrink-0 rounded-full", named ? `label-dot label-${color}` : "", className)}
    />
  );
}

export function LabelChip({ name, color, onRemove }: { name: string; color: string; onRemove?: () => void }) {
  return (
    <span className="inline-flex h-5 max-w-40 items-center gap-1.5 rounded-full border border-line bg-ground px-2 text-xs">
      <LabelDot color={color} />
      <span className="truncate">{name}</span>
      {onRemove !== undefined && (
        <button
          type="button"
          onClick={onRemove}
          aria-label={t("label.remove", { name })}
          className="-me-1 rounded-full text-muted hover:text-text pointer-coarse:p-2"
        >
          <Icon icon={X} size={14} />
        </button>
      )}
    </span>
  );
}
