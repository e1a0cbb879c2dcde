import { Popover } from "@base-ui/react/popover";
import type { ReactNode } from "react";
import { cx } from "../lib/class-names.ts";
import type { FloatingContentProps } from "./floating.tsx";
import { ignoresItsTrigger } from "./floating-close.ts";
import { usePortalContainer } from "./portal-container.ts";

type Props = FloatingContentProps & { label: string; children: ReactNode };

export function FloatingPopover({ open, onOpenChange, anchor, align, side, className, label, children }: Props) {
  const container = usePortalContainer();
  return (
    <Popover.Root open={open} onOpenChange={ignoresItsTrigger(anchor, onOpenChange)}>
      <Popover.Portal container={container}>
        <Popover.Positioner
          anchor={anchor}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className="z-50"
        >
          <Popover.Popup aria-label={label} finalFocus={anchor} className={cx("p-3", className)}>
            {children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
