import { Type } from "typebox";
import { Id, nullable } from "./shapes.ts";

const Count = Type.Integer({ minimum: 0 });
const Own = nullable(Type.Integer({ minimum: 0, description: "Of who is signed in; null for a token" }));

/** Every member can be left out by `fields`. */
export const Folders = Type.Partial(
  Type.Object({
    unassigned: Count,
    mine: Own,
    mentions: Own,
    drafts: Own,
    snoozed: Count,
    closed: Count,
    hold: Count,
    spam: Count,
    trash: Count,
    all: Count,
    inboxes: Type.Array(Type.Object({ id: Id, open: Count })),
    labels: Type.Array(Type.Object({ id: Id, open: Count })),
    searches: Type.Array(Type.Object({ id: Id, count: Count })),
  }),
);
