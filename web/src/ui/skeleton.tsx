import { cx } from "../lib/class-names.ts";

/** Where text will be. Seen only after 150 ms, with the size of what comes: nothing jumps. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cx("after-a-moment block h-3 rounded-sm bg-ground-press", className)} />;
}

/** A pane that is being loaded. `label` is for screen readers. */
export function SkeletonRows({ rows = 8, label }: { rows?: number; label: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-4 p-4">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex flex-col gap-2">
          <Skeleton className="w-1/3" />
          <Skeleton className={index % 2 === 0 ? "w-5/6" : "w-2/3"} />
        </div>
      ))}
    </div>
  );
}
