import type { composer as english } from "../en/composer.ts";
import type { Translated } from "../plural.ts";

export const composer: Translated<typeof english> = {
  "composer.label": "Schreiben",
};
