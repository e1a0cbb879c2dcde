import type { LucideIcon } from "lucide-react";

/** One stroke and three sizes for all icons. An icon says nothing by itself: its control has the name. */
export function Icon({
  icon: Drawing,
  size = 16,
  className,
}: {
  icon: LucideIcon;
  size?: 14 | 16 | 20;
  className?: string;
}) {
  return <Drawing size={size} strokeWidth={1.75} aria-hidden className={className} />;
}
