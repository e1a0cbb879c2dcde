import { queryOptions } from "@tanstack/react-query";
import { t } from "../../i18n/t.ts";
import { API, CLIENT_HEADERS, newKey, request } from "../client.ts";
import { ApiError } from "../errors.ts";
import type { Attachment, Id } from "../types.ts";

export interface UploadOptions {
  name: string;
  /** For an image inside the text, which names it `cid:…`. */
  contentId?: string | null;
  /** From 0 to 1, as it goes. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

/**
 * Uploads a file for a message to come. `fetch` does not tell how far an upload is, so it is an XMLHttpRequest. Throws
 * `ApiError`, also when it was aborted.
 */
export async function uploadAttachment(file: Blob, options: UploadOptions): Promise<Attachment> {
  const body = await bodyOf(file, options);
  return await new Promise<Attachment>((resolve, reject) => {
    const asked = new XMLHttpRequest();
    asked.open("POST", `${API}/attachments`);
    const headers = { ...CLIENT_HEADERS, "Content-Type": "application/json", "Idempotency-Key": newKey() };
    for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
    asked.upload.addEventListener("progress", ({ loaded, total }) =>
      options.onProgress(total === 0 ? 0 : loaded / total),
    );
    asked.addEventListener("load", () => {
      if (asked.status === 201) resolve(JSON.parse(asked.responseText) as Attachment);
      else reject(new ApiError(asked.status, messageIn(asked)));
    });
    const unanswered = (): void => reject(new ApiError(0, t("error.unreachable")));
    asked.addEventListener("error", unanswered);
    asked.addEventListener("abort", unanswered);
    options.signal.addEventListener("abort", () => asked.abort(), { once: true });
    asked.send(body);
  });
}

/** A part of many megabytes is put together by the browser, not as one string. */
async function bodyOf(file: Blob, { name, contentId = null }: UploadOptions): Promise<Blob> {
  const type = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/.test(file.type) ? file.type : "application/octet-stream";
  const head = JSON.stringify({ name, type, ...(contentId !== null && { content_id: contentId }) });
  return new Blob([head.slice(0, -1), ',"data":"', await base64Of(file), '"}']);
}

async function base64Of(file: Blob): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as string));
    reader.addEventListener("error", () => reject(new ApiError(0, t("composer.unreadable"))));
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(",") + 1);
}

function messageIn(asked: XMLHttpRequest): string {
  if (asked.status >= 500) return t("error.server");
  try {
    return (JSON.parse(asked.responseText) as { message?: string }).message ?? t("error.unknown");
  } catch {
    return t("error.unknown");
  }
}

/** Where the bytes of an attachment are; for images that stand in the text too. */
export function attachmentUrl(id: Id): string {
  return `/view/attachments/${id}`;
}

/** The bytes of an attachment that is there, to send them on. */
export async function readAttachment(id: Id): Promise<{ file: Blob; contentId: string | null; inline: boolean }> {
  const query = { fields: ["id", "type", "content_id", "inline"] };
  const { data } = await request<{ type: string; content_id: string | null; inline: boolean }>(
    "GET",
    `/attachments/${id}`,
    { query },
  );
  const response = await fetch(`${API}/attachments/${id}/content`, {
    headers: CLIENT_HEADERS,
    credentials: "same-origin",
  });
  if (!response.ok) throw new ApiError(response.status, t("error.unknown"));
  const file = new Blob([await response.arrayBuffer()], { type: data.type });
  return { file, contentId: data.content_id, inline: data.inline };
}

/** So much of a text file is shown, in bytes: a page of a browser can hold it without being felt. */
const SHOWN_TEXT = 500_000;

/** The beginning of a text file, as the server lets it be shown. */
export function attachmentTextQuery(id: Id) {
  return queryOptions({
    queryKey: ["attachment-text", id],
    queryFn: async ({ signal }): Promise<{ text: string; cut: boolean }> => {
      const response = await fetch(attachmentUrl(id), { signal, credentials: "same-origin" });
      if (!response.ok) throw new ApiError(response.status, t("error.unknown"));
      const bytes = await response.arrayBuffer();
      const text = new TextDecoder().decode(bytes.slice(0, SHOWN_TEXT));
      return { text, cut: bytes.byteLength > SHOWN_TEXT };
    },
    staleTime: Infinity,
    gcTime: 60_000,
  });
}
