/** A text, or one for each plural form that the language has (Unicode CLDR: one, few, many, other…). */
export type Message = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

export type Messages = Readonly<Record<string, Message>>;

/** A catalogue in another language: the same keys, its own plural forms. */
export type Translated<T extends Messages> = { readonly [Key in keyof T]: Message };
