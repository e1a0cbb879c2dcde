import { beforeAll, describe, expect, test } from "vitest";
import { type Got, type SignedIn, type TestDesk, openDesk, send } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let agent: SignedIn;
let reader: SignedIn;
let ticket: { id: string };
let ids: { html: string; text: string; note: string };
let files: Record<"png" | "html" | "pdf", string>;

const HTML = '<p style="position:fixed;color:red">Hi <img src="https://far.example/x.png"><script>fire()</script></p>';

async function upload(name: string, type: string, bytes: string | Buffer): Promise<string> {
  const got = await desk.post("/attachments", { name, type, data: Buffer.from(bytes).toString("base64") });
  expect(got.status, got.text).toBe(201);
  return got.body.id;
}

beforeAll(async () => {
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  agent = await desk.signIn();
  const hidden = (await desk.post("/inboxes", { name: "Hidden" })).body;
  reader = await desk.signIn({ inboxIds: [hidden.id] });
  files = {
    png: await upload("a.png", "image/png", Buffer.from("89504e470d0a1a0a00", "hex")),
    html: await upload("a.html", "text/html", "<script>fire()</script>"),
    pdf: await upload("a.pdf", "application/pdf", "%PDF-1.7"),
  };
  const messages = [
    {
      type: "reply",
      direction: "in",
      from: "r@x.example",
      body: HTML,
      htmlized: true,
      attachment_ids: Object.values(files),
    },
    { type: "reply", direction: "in", from: "r@x.example", body: "a <b> & https://ok.example/" },
    { type: "note", user_id: desk.user.id, body: "note" },
  ];
  ticket = await desk.ticket({ messages });
  const [html, text, note] = (await desk.get(`/tickets/${ticket.id}/messages`)).body;
  ids = { html: html.id, text: text.id, note: note.id };
});

const look = async (
  path: string,
  cookie: string | null = agent.cookie,
  headers: Record<string, string> = {},
): Promise<Got> =>
  await send(desk.server, "GET", path, { headers: { ...(cookie !== null && { Cookie: cookie }), ...headers } });
const viewOf = (id: string, query = ""): string => `/view/messages/${ticket.id}/${id}${query}`;

describe.skipIf(ENGINE_MISSING !== null)("/view/messages", () => {
  test("shows a message in a page that may do nothing, framed by ourselves only", async () => {
    const got = await look(viewOf(ids.html));
    expect(got.status, got.text).toBe(200);
    expect(got.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "x-content-type-options": "nosniff",
      "x-frame-options": "SAMEORIGIN",
      "referrer-policy": "no-referrer",
      "cache-control": "private, no-store",
      "x-blocked-images": "1",
    });
    const policy = String(got.headers["content-security-policy"]).split("; ");
    expect(policy).toEqual([
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      "img-src 'self' data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'self'",
      "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox",
    ]);
    expect(got.text).toContain('<p style="color:red">Hi <img data-blocked-src="https://far.example/x.png" /></p>');
    expect(got.text).not.toContain("fire");
  });

  test("loads images of other hosts when asked to, and from nowhere else", async () => {
    const got = await look(viewOf(ids.html, "?images=1"));
    expect(got.headers["x-blocked-images"]).toBe("0");
    expect(got.headers["content-security-policy"]).toContain("img-src 'self' data: https: http:;");
    expect(got.text).toContain('src="https://far.example/x.png"');
  });

  test("shows plain text escaped, and keeps a mail with colours of its own on white paper in the dark", async () => {
    const plain = await look(viewOf(ids.text, "?theme=dark"));
    expect(plain.text).toContain("a &lt;b&gt; &amp; <a href=");
    expect(plain.text).toContain('<body class="dark">');
    expect((await look(viewOf(ids.html, "?theme=dark"))).text).toContain('<body class="light">');
    // What sets no colours has no paper of its own: a note stays on its own ground.
    expect((await look(viewOf(ids.html, "?theme=light"))).text).toContain('<html class="light paper">');
    expect((await look(viewOf(ids.text, "?theme=light"))).text).toContain('<html class="light">');
    expect((await look(viewOf(ids.text, "?part=more"))).text).not.toContain("&lt;b&gt;");
  });

  test("A3: is for who is signed in and sees the ticket; a token opens nothing here", async () => {
    expect((await look(viewOf(ids.html), null)).status).toBe(401);
    expect((await look(viewOf(ids.html), null, { Authorization: `Bearer ${desk.token}` })).status).toBe(401);
    expect((await look(viewOf(ids.html), reader.cookie)).status).toBe(404);
    const other = await (await openDesk()).signIn();
    expect((await look(viewOf(ids.html), other.cookie)).status).toBe(404);
    expect((await look(`/view/messages/${ticket.id}/${"0".repeat(24)}`)).status).toBe(404);
    expect((await look(`/view/messages/${ticket.id}/x`)).status).toBe(404);
  });

  test("is not for a page of another site", async () => {
    for (const site of ["cross-site", "same-site"]) {
      expect((await look(viewOf(ids.html), agent.cookie, { "Sec-Fetch-Site": site })).status).toBe(403);
    }
    for (const site of ["same-origin", "none"]) {
      expect((await look(viewOf(ids.html), agent.cookie, { "Sec-Fetch-Site": site })).status).toBe(200);
    }
  });
});

describe.skipIf(ENGINE_MISSING !== null)("/view/attachments", () => {
  test("shows pictures and PDF files, and nothing that could do something", async () => {
    const png = await look(`/view/attachments/${files.png}`);
    expect(png.status).toBe(200);
    expect(png.headers).toMatchObject({
      "content-type": "image/png",
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'self'",
      "content-disposition": "inline; filename=a.png",
      "cache-control": "private, no-cache",
    });
    const pdf = await look(`/view/attachments/${files.pdf}`);
    expect(pdf.headers["content-type"]).toBe("application/pdf");
    expect(pdf.text).toBe("%PDF-1.7");
    expect((await look(`/view/attachments/${files.html}`)).status).toBe(404);
  });

  test("gives any of them as a download", async () => {
    const got = await look(`/view/attachments/${files.html}?download=1`);
    expect(got.status).toBe(200);
    expect(got.headers["content-disposition"]).toBe("attachment; filename=a.html");
    expect(got.headers["content-security-policy"]).toContain("sandbox");
    expect(got.text).toBe("<script>fire()</script>");
  });

  test("is asked for again each time, and not sent again", async () => {
    const first = await look(`/view/attachments/${files.png}`);
    const again = await look(`/view/attachments/${files.png}`, agent.cookie, {
      "If-None-Match": String(first.headers.etag),
    });
    expect(again.status).toBe(304);
    const gone = await look(`/view/attachments/${files.png}`, null, { "If-None-Match": String(first.headers.etag) });
    expect(gone.status).toBe(401);
  });

  test("A3: is for who is signed in and sees the ticket", async () => {
    expect((await look(`/view/attachments/${files.png}`, reader.cookie)).status).toBe(404);
    const other = await (await openDesk()).signIn();
    expect((await look(`/view/attachments/${files.png}`, other.cookie)).status).toBe(404);
    expect((await look(`/view/attachments/${files.png}?download=1`, other.cookie)).status).toBe(404);
  });
});
