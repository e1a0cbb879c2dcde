import { Type } from "typebox";
import { Id } from "./shapes.ts";

export const Undone = Type.Object({
  id: Id,
  restored: Type.Integer({ minimum: 1, description: "How many are as they were before" }),
  kept: Type.Integer({ minimum: 0, description: "How many stayed as they are, because they were changed since" }),
});
