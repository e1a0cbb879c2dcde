import { get } from "../../../api/client.ts";
import type { Message } from "../../../api/types.ts";

/**
 * The body of a message that was taken back, as a draft has it: its images name their attachments again. As it was, where
 * there are none.
 */
export async function editableBody({ body, htmlized, attachments }: Message): Promise<string> {
  if (!htmlized || !/\bsrc=["']?cid:/i.test(body)) return body;
  const named = await Promise.all(
    attachments.map(
      async ({ id }) =>
        await get<{ id: string; content_id: string | null }>(`/attachments/${id}`, { fields: ["id", "content_id"] }),
    ),
  );
  const page = new DOMParser().parseFromString(body, "text/html");
  for (const image of page.querySelectorAll<HTMLImageElement>('img[src^="cid:"]')) {
    const cid = (image.getAttribute("src") ?? "").slice("cid:".length);
    const found = named.find(({ content_id }) => content_id === cid);
    if (found === undefined) continue;
    image.removeAttribute("src");
    Object.assign(image.dataset, { attachmentId: found.id, cid });
  }
  return page.body.innerHTML;
}
