import type { Draft, DraftInput, DraftKind } from "../../api/queries/drafts.ts";
import type { Attachment, Id } from "../../api/types.ts";
import { type Address, readAddresses, writeAddresses } from "./addresses.ts";

export type Kind = DraftKind;

/** What is being written, of one kind. */
export interface Content {
  kind: Kind;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  subject: string;
  /** As the editor has it; images and forwarded messages are marks in it, see `finishBody`. */
  body: string;
  /** Files beside the text. */
  files: Attachment[];
}

/**
 * Everything that is being written in one place. A reply (or forward) and a note are apart, so that a note begun while a
 * reply waits neither replaces it nor is mistaken for it.
 */
export interface Writing {
  active: Content;
  /** What waits meanwhile; null when there is nothing. */
  aside: Content | null;
}

export function emptyContent(kind: Kind): Content {
  return { kind, to: [], cc: [], bcc: [], subject: "", body: "", files: [] };
}

/** Nothing that would be missed: recipients and a subject come back by themselves. */
export function isEmpty({ body, files }: Content): boolean {
  return files.length === 0 && isEmptyBody(body);
}

export function isEmptyBody(body: string): boolean {
  return !/<img|data-forwarded|data-user-id/.test(body) && body.replace(/<[^>]*>|&nbsp;|\s/g, "") === "";
}

/** The ids of the images that stand in a text. */
export function imagesIn(body: string): Id[] {
  return Array.from(body.matchAll(/data-attachment-id="([^"]+)"/g), ([, id = ""]) => id);
}

export function attachmentIds({ body, files }: Content): Id[] {
  return [...new Set([...files.map(({ id }) => id), ...imagesIn(body)])];
}

const ASIDE = /<template data-aside="([^"]*)"><\/template>$/;

/** As the server keeps it. What waits aside travels inside the body: the API has one draft for each ticket. */
export function draftOf({ active, aside }: Writing, version: number): DraftInput {
  const kept =
    aside === null || isEmpty(aside)
      ? ""
      : `<template data-aside="${encodeURIComponent(JSON.stringify(aside))}"></template>`;
  return {
    kind: active.kind,
    to: writeAddresses(active.to),
    cc: writeAddresses(active.cc),
    bcc: writeAddresses(active.bcc),
    subject: active.subject === "" ? null : active.subject,
    body: active.body + kept,
    htmlized: true,
    attachment_ids: [...new Set([...attachmentIds(active), ...(aside === null ? [] : attachmentIds(aside))])],
    version,
  };
}

/** What a draft of the server holds. Files that have gone elsewhere since are left out. */
export function writingOf(draft: Draft): Writing {
  const found = ASIDE.exec(draft.body);
  const aside = found === null ? null : readAside(found[1] ?? "", draft.attachments);
  const body = found === null ? draft.body : draft.body.slice(0, found.index);
  const html = draft.htmlized ? body : textToHtml(body);
  const elsewhere = new Set([...imagesIn(html), ...(aside === null ? [] : attachmentIds(aside))]);
  return {
    active: {
      kind: draft.kind,
      to: readAddresses(draft.to).addresses,
      cc: readAddresses(draft.cc).addresses,
      bcc: readAddresses(draft.bcc).addresses,
      subject: draft.subject ?? "",
      body: html,
      files: draft.attachments.filter(({ id }) => !elsewhere.has(id)),
    },
    aside,
  };
}

function readAside(text: string, there: readonly Attachment[]): Content | null {
  try {
    const aside = JSON.parse(decodeURIComponent(text)) as Content;
    return { ...aside, files: aside.files.filter(({ id }) => there.some((each) => each.id === id)) };
  } catch {
    return null;
  }
}

export function isEmptyWriting({ active, aside }: Writing): boolean {
  return isEmpty(active) && (aside === null || isEmpty(aside));
}

/** Plain text as paragraphs. */
export function textToHtml(text: string): string {
  const escape = (line: string): string => line.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.split("\n").map(escape).join("<br>")}</p>`)
    .join("");
}
