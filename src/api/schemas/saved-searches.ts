import { Type } from "typebox";
import { Id, NAME_LIMIT, Time, nullable } from "./shapes.ts";

const QUERY_LIMIT = 1000;

export const SavedSearch = Type.Object({
  id: Id,
  name: Type.String(),
  query: Type.String({ description: "As `q` of a list of tickets" }),
  shared: Type.Boolean({ description: "Whether all have it" }),
  user_id: Id,
  created_at: Time,
});

export const CreateSavedSearch = Type.Object({
  name: Type.String({ minLength: 1, maxLength: NAME_LIMIT }),
  query: Type.String({ minLength: 1, maxLength: QUERY_LIMIT }),
  shared: Type.Optional(nullable(Type.Boolean())),
});

export const UpdateSavedSearch = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: NAME_LIMIT })),
  query: Type.Optional(Type.String({ minLength: 1, maxLength: QUERY_LIMIT })),
  shared: Type.Optional(Type.Boolean()),
});
