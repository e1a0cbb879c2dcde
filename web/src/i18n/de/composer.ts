import type { composer as english } from "../en/composer.ts";
import type { Translated } from "../plural.ts";

export const composer: Translated<typeof english> = {
  "composer.label": "Schreiben",
  "composer.unreadable": "Die Datei ließ sich nicht lesen",
  "composer.forwardedHead": "---------- Weitergeleitete Nachricht ----------",
  "composer.forwardedFrom": "Von: {from}",
  "composer.forwardedDate": "Datum: {date}",
  "composer.forwardedTo": "An: {to}",
  "composer.forwardedCc": "Kopie: {cc}",
  "composer.forwardedSubject": "Betreff: {subject}",
};
