import { AtSign, Copy, type LucideIcon, Mail, Phone } from "lucide-react";
import { Fragment } from "react";
import type { Contact } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { toastSaid } from "../../lib/toasts.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { tipProps } from "../../ui/tip.ts";
import type { ContactType } from "./edited.ts";

const ICONS: Readonly<Record<ContactType, LucideIcon>> = { email: Mail, phone: Phone, twitter: AtSign };

/** Ways to reach a customer. A phone number can be called; each can be copied. */
export function Contacts({ contacts }: { contacts: readonly Contact[] }) {
  if (contacts.length === 0) return <p className="text-sm text-muted">{t("customer.noContacts")}</p>;
  return (
    <ul aria-label={t("customer.contacts")} className="flex flex-col">
      {contacts.map((contact) => (
        <li key={contact.id} className="group flex min-h-7 items-center gap-2 text-sm">
          <span
            role="img"
            aria-label={t(`customer.type.${contact.type}`)}
            {...tipProps({ tip: t(`customer.type.${contact.type}`) })}
            className="self-start pt-1.5 text-muted"
          >
            <Icon icon={ICONS[contact.type]} size={14} />
          </span>
          <span className="min-w-0 flex-1 break-words [overflow-wrap:anywhere]" dir="ltr">
            {contact.type === "phone" ? (
              <a href={`tel:${contact.value.replace(/[^+\d]/g, "")}`} className="hover:underline">
                {contact.value}
              </a>
            ) : (
              <Breakable text={contact.value} />
            )}
          </span>
          <IconButton
            icon={Copy}
            size="small"
            label={t("customer.copy", { value: contact.value })}
            onClick={() => void copy(contact.value)}
            className="opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100"
          />
        </li>
      ))}
    </ul>
  );
}

/** An address that is too long for its line goes on before its @, where it can. */
function Breakable({ text }: { text: string }) {
  return text.split(/(?=@)/).map((part, at) => (
    // oxlint-disable-next-line react/no-array-index-key -- the parts of a text have no other name
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text).then(
    () => toastSaid(t("customer.copied")),
    () => toastSaid(t("customer.copyFailed")),
  );
}
