import { LoaderCircle } from "lucide-react";

/** Turns while something runs that was asked for by hand. Lists and panes show a skeleton. */
export function Spinner({ size = 16 }: { size?: number }) {
  return (
    <LoaderCircle
      size={size}
      strokeWidth={1.75}
      aria-hidden
      className="animate-[turn_800ms_linear_infinite] motion-reduce:animate-none"
    />
  );
}
