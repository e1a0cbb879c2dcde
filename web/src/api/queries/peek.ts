import { queryOptions } from "@tanstack/react-query";
import { textOfHtml } from "../../lib/html-text.ts";
import { get } from "../client.ts";
import type { Id, Message, Time } from "../types.ts";

/** A message as a peek shows it: its own words as plain text. */
export interface PeekMessage {
  id: Id;
  type: "reply" | "note";
  direction: "in" | "out" | null;
  from_name: string;
  text: string;
  created_at: Time;
}

const PEEKED = 3;

/** The last messages of a ticket, oldest first. */
export function peekQuery(ticketId: Id) {
  return queryOptions({
    queryKey: ["ticket", ticketId, "peek"],
    queryFn: async ({ signal }): Promise<PeekMessage[]> => {
      const fields = ["id", "type", "direction", "from_name", "body", "htmlized", "created_at"];
      const query = { fields, sort: "-created_at", per_page: PEEKED };
      const messages = await get<Message[]>(`/tickets/${ticketId}/messages`, query, signal);
      return messages.toReversed().map(({ body, htmlized, ...rest }) => ({
        ...(rest as Omit<PeekMessage, "text">),
        text: (htmlized ? textOfHtml(body) : body)
          .replace(/[ \t]+/g, " ")
          .replace(/\s*\n\s*/g, "\n")
          .trim(),
      }));
    },
  });
}
