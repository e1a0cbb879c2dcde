import type { Message, Messages } from "./plural.ts";
import type { frame } from "./en/frame.ts";
import type { rows } from "./en/rows.ts";
import type { tickets } from "./en/tickets.ts";
import type { ticket } from "./en/ticket.ts";
import type { composer } from "./en/composer.ts";
import type { customers } from "./en/customers.ts";
import type { mailSettings } from "./en/mail-settings.ts";
import type { settings } from "./en/settings.ts";
import type { signIn } from "./en/sign-in.ts";

/** Every text of the client has a key; lint-like tests refuse words written into a screen. */
export type MessageKey =
  | keyof typeof frame
  | keyof typeof rows
  | keyof typeof tickets
  | keyof typeof ticket
  | keyof typeof composer
  | keyof typeof customers
  | keyof typeof settings
  | keyof typeof mailSettings
  | keyof typeof signIn;

export type Params = Readonly<Record<string, string | number>>;

let locale = "en";
let plurals = new Intl.PluralRules(locale);
let numbers = new Intl.NumberFormat(locale);
let catalogue: Record<string, Message> = {};

/** The language that texts, dates and numbers are in. */
export function currentLocale(): string {
  return locale;
}

export function setLanguage(language: string): void {
  locale = language;
  plurals = new Intl.PluralRules(language);
  numbers = new Intl.NumberFormat(language);
  catalogue = {};
}

/** Adds texts: those of the frame at the start, others with the screens that need them. */
export function addMessages(messages: Messages): void {
  Object.assign(catalogue, messages);
}

/**
 * The text of a key in the current language. `{name}` is replaced by the parameter; a text with plural forms is chosen
 * by the parameter `count`. A key whose catalogue is not loaded yet shows itself, for tests to find.
 */
export function t(key: MessageKey, params: Params = {}): string {
  const message = catalogue[key];
  if (message === undefined) return key;
  return fill(typeof message === "string" ? message : formFor(message, params), params);
}

function formFor(message: Exclude<Message, string>, { count }: Params): string {
  return message[plurals.select(Number(count ?? 0))] ?? message.other;
}

function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? numbers.format(value) : value;
  });
}
