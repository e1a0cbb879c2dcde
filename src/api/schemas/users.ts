import { Type } from "typebox";
import { Id, nullable } from "./shapes.ts";

export const User = Type.Object({
  id: Id,
  first_name: nullable(Type.String()),
  last_name: nullable(Type.String()),
  email: Type.String(),
});
