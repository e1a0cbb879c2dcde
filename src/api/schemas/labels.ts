import { Type } from "typebox";
import { LABEL_COLOR, LABEL_COLORS } from "../../domain/states.ts";
import { Id, NAME_LIMIT, nullable } from "./shapes.ts";

const Color = Type.String({
  pattern: LABEL_COLOR.source,
  expects: `one of: ${LABEL_COLORS.join(", ")}; or a colour such as #3366cc`,
  description: "A colour of the palette, or `#rrggbb`",
});

export const Label = Type.Object({ id: Id, name: Type.String(), color: Color });

export const CreateLabel = Type.Object({
  name: Type.String({ minLength: 1, maxLength: NAME_LIMIT }),
  color: Type.Optional(nullable(Color)),
});

export const UpdateLabel = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: NAME_LIMIT })),
  color: Type.Optional(nullable(Color)),
});
