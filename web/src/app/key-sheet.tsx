import { type MessageKey, t } from "../i18n/t.ts";
import { BINDINGS, COMMAND_IDS, type Scope, bindingOf } from "../keys/bindings.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { closeOverlay } from "./overlays.ts";

const SCOPES: Record<Scope, MessageKey> = {
  anywhere: "keys.anywhere",
  list: "keys.list",
  ticket: "keys.ticket",
  composer: "keys.composer",
};

/** All keys, by where they work. */
export function KeySheet() {
  return (
    <Dialog open onClose={closeOverlay} title={t("keys.title")} size="large">
      {/* The sheet scrolls where it is longer than the window: the arrow keys need something that has the focus. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- as above */}
      <div role="group" aria-label={t("keys.title")} tabIndex={0} className="gap-8 medium:columns-2">
        {(Object.keys(SCOPES) as Scope[]).map((scope) => (
          <section key={scope} className="break-inside-avoid pb-4">
            <h3 className="pb-1 text-sm font-semibold text-muted">{t(SCOPES[scope])}</h3>
            <dl>
              {COMMAND_IDS.filter((id) => bindingOf(id).scope === scope).map((id) => (
                <div
                  key={id}
                  className="flex items-center justify-between gap-4 border-b border-line py-1 last:border-0"
                >
                  <dt>{t(BINDINGS[id].label)}</dt>
                  <dd className="flex gap-2">
                    {BINDINGS[id].keys.map((keys) => (
                      <Kbd key={keys} keys={keys} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
