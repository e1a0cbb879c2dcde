import { Type } from "typebox";
import { Id, nullable } from "./shapes.ts";

/** What became of a message that was taken: `pending` is made into something in a moment. */
export const ReceivedMail = Type.Object({
  id: Id,
  outcome: Type.String(),
  reason: nullable(Type.String()),
  ticket_id: nullable(Id),
  message_id: nullable(Id),
});
