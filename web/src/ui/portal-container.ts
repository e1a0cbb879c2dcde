import { createContext, use } from "react";

/** The open dialog, if there is one: everything outside it is inert. */
export const PortalContainer = createContext<HTMLElement | null>(null);

/** Where menus and pickers are put: into the open dialog, else into the main landmark. */
export function usePortalContainer(): HTMLElement | undefined {
  return use(PortalContainer) ?? document.getElementById("main") ?? undefined;
}
