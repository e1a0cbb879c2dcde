import { formatTime } from "../../domain/time.ts";
import type { InboxRow } from "../../storage/schema.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";

const FIELDS: ResourceFields = {
  documented: ["id", "name"],
  extra: ["address", "plus_addressing", "from_name", "signature", "acknowledgement", "dkim", "created_at", "version"],
};

export function presentInbox(inbox: InboxRow, asked: ReadonlySet<string> | null): Resource {
  const { id, name, address, from_name, signature, dkim_domain, dkim_selector, version } = inbox;
  const resource = {
    id,
    name,
    address,
    plus_addressing: inbox.plus_addressing === 1,
    from_name,
    signature,
    acknowledgement: {
      enabled: inbox.acknowledges === 1,
      body: inbox.acknowledgement,
      htmlized: inbox.acknowledgement_htmlized === 1,
    },
    dkim: dkim_domain === null ? null : { domain: dkim_domain, selector: dkim_selector },
    created_at: formatTime(inbox.created_at),
    version,
  };
  return pickFields(resource, FIELDS, asked);
}
