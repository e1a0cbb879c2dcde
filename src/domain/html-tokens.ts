import { Tokenizer } from "htmlparser2";

export type TokenCallbacks = ConstructorParameters<typeof Tokenizer>[1];

/** Elements whose text nobody sees. */
export const hiddenTags = new Set(["style", "script", "head", "title", "template"]);

/** Elements without an end; Outlook's `o:p` holds nothing. */
export const voidTags = new Set("area base br col embed hr img input link meta param source track wbr o:p".split(" "));

const ignore = (): void => {};

const NOTHING: TokenCallbacks = {
  onattribdata: ignore,
  onattribend: ignore,
  onattribentity: ignore,
  onattribname: ignore,
  oncdata: ignore,
  onclosetag: ignore,
  oncomment: ignore,
  ondeclaration: ignore,
  onend: ignore,
  onopentagend: ignore,
  onopentagname: ignore,
  onprocessinginstruction: ignore,
  onselfclosingtag: ignore,
  ontext: ignore,
  ontextentity: ignore,
};

/**
 * Tells `wanted` of the tokens of HTML in their order, with offsets into it; what it leaves out is passed over.
 *
 * Tokens and not htmlparser2's parser: that keeps a stack of open elements which it shifts for every tag, and two million
 * nested `<div>` (10 MB) held it for over ten minutes. Tokens have no depth.
 */
export function readTokens(html: string, wanted: Partial<TokenCallbacks>): void {
  const tokenizer = new Tokenizer({ decodeEntities: true }, { ...NOTHING, ...wanted });
  tokenizer.write(html);
  tokenizer.end();
}
