/**
 * The Message-ID of an outbound message, without angle brackets. Chosen once, when the message is created: every attempt to
 * deliver it carries the same, so that a repeat can be recognised. `key` names the message (see `thread-key.ts`), so that an
 * answer finds its ticket.
 */
export function newMailId(key: string, inboxAddress: string | null): string {
  return `cantrip.${key}@${domainOf(inboxAddress)}`;
}

/** Of the inbox: a domain that is not the sender's own makes filters suspicious. */
function domainOf(address: string | null): string {
  const domain =
    address
      ?.slice(address.lastIndexOf("@") + 1)
      .trim()
      .toLowerCase() ?? "";
  return /^[a-z0-9.-]+$/.test(domain) ? domain : "localhost";
}
