import { parseSearch, phraseTerms } from "../../domain/search-query.ts";
import { makeSnippet } from "../../domain/search-snippets.ts";
import { htmlToText } from "../../domain/text.ts";
import type { Reader } from "../../storage/database.ts";
import type { TicketRow } from "../../storage/schema.ts";
import { type HitMessage, findMatchingMessages } from "../../storage/search-hits.ts";
import type { Resource } from "../conventions/fields.ts";

/**
 * Where in some tickets the words of a search are: in a ticket's subject first, then in its messages, the newest first,
 * `most` of them for each ticket. What a message is found by that is in none of its texts (its subject) is shown once.
 */
export async function presentSearchHits(
  reader: Reader,
  accountId: string,
  tickets: readonly Pick<TicketRow, "id" | "subject">[],
  search: string,
  most: number,
): Promise<Resource[]> {
  const { terms, operators } = parseSearch(search);
  const ofSubject = operators.filter(({ operator, negated }) => operator === "subject" && !negated);
  const subjectTerms = [...terms, ...ofSubject.flatMap(({ value }) => phraseTerms(value))];
  const ids = tickets.map(({ id }) => id);
  const messages = await findMatchingMessages(reader, accountId, ids, terms);
  const byTicket = Map.groupBy(messages, ({ ticket_id }) => ticket_id);
  return tickets.flatMap(({ id, subject }) => {
    const snippet = makeSnippet(subject ?? "", subjectTerms);
    const own = snippet === null ? [] : [{ ticket_id: id, message_id: null, field: "subject", ...snippet }];
    const hits = (byTicket.get(id) ?? []).slice(0, most).flatMap((message) => hitIn(message, terms));
    return [...own, ...hits];
  });
}

function hitIn(message: HitMessage, terms: Parameters<typeof makeSnippet>[1]): Resource[] {
  const { id: message_id, ticket_id } = message;
  const text = message.htmlized === 1 ? htmlToText(message.body) : message.body;
  const body = makeSnippet(text, terms);
  if (body !== null) return [{ ticket_id, message_id, field: "body", ...body }];
  const { from_name: name, from: address } = message;
  const from = makeSnippet(
    address?.includes(name) === true ? address : [name, address].filter(Boolean).join(" "),
    terms,
  );
  return from === null ? [] : [{ ticket_id, message_id, field: "from", ...from }];
}
