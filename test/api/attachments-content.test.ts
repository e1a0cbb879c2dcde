import { parse } from "content-disposition";
import { beforeAll, describe, expect, test } from "vitest";
import { exchange } from "../support/raw-http.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
beforeAll(async () => {
  if (ENGINE_MISSING === null) desk = await openDesk();
});

async function upload(name: string, type = "text/html", data = "PGI+aGk8L2I+"): Promise<string> {
  const got = await desk.post("/attachments", { name, type, data });
  expect(got.status, got.text).toBe(201);
  expect(got.body.name).toBe(name);
  return got.body.id;
}

describe.skipIf(ENGINE_MISSING !== null)("F3", () => {
  test("F3: content gives the bytes, to be downloaded, never sniffed, and without any right in a browser", async () => {
    const id = await upload("page.html");
    const got = await desk.get(`/attachments/${id}/content`);
    expect(got.status).toBe(200);
    expect(got.text).toBe("<b>hi</b>");
    expect(got.headers["content-type"]).toBe("text/html");
    expect(got.headers["content-length"]).toBe("9");
    expect(got.headers["content-disposition"]).toBe("attachment; filename=page.html");
    expect(got.headers["x-content-type-options"]).toBe("nosniff");
    expect(got.headers["content-security-policy"]).toBe("sandbox; default-src 'none'");
    expect(got.headers["rate-limit-used"]).toBe("1");
  });

  test.each([
    ["blanks", "my holiday photo.jpg"],
    ["quotes", 'the "best" one.txt'],
    ["a backslash", "C:\\letters\\a.txt"],
    ["slashes", "../../etc/passwd"],
    ["a line break", "a\r\nX-Evil: yes.txt"],
    ["control characters", "a\u0001\u001f\u007fb.txt"],
    ["accents", "Rechnung für März.pdf"],
    ["another script", "領収書.pdf"],
    ["characters beyond the basic plane", "👍🏽.png"],
    ["a percent sign", "100%25.txt"],
    ["a semicolon and an equals sign", "a; filename=b.txt"],
    ["a single quote", "it's*.txt"],
    ["a direction mark", "exe\u202etxt.pdf"],
    ["255 characters of four bytes", "\u{1F600}".repeat(255)],
  ])("F3: a file name with %s is written as RFC 6266 says", async (_, name) => {
    const id = await upload(name);
    const raw = await exchange({ port: desk.server.port }, [
      `GET /api/v1/attachments/${id}/content HTTP/1.1`,
      "Host: x",
      `Authorization: Bearer ${desk.token}`,
    ]);
    expect(raw.status).toBe(200);
    expect(raw.lines.filter((line) => /^x-evil/i.test(line))).toEqual([]);
    const header = raw.header("content-disposition") ?? "";
    expect(header, "printable ASCII only").toMatch(/^attachment; filename[*]?=[ -~]+$/);
    const { type, parameters } = parse(header);
    expect(type).toBe("attachment");
    expect(parameters["filename"]).toBe(name);
  });

  test("F3: a path is 404 for what is no attachment, and HEAD tells the same headers without the bytes", async () => {
    const id = await upload("a.txt");
    const got = await desk.get(`/attachments/${"0".repeat(24)}/content`);
    expect(got.status).toBe(404);
    expect(got.body).toEqual({ message: "Not Found" });
    const head = await desk.ask("HEAD", `/attachments/${id}/content`);
    expect(head.status).toBe(200);
    expect(head.text).toBe("");
    expect(head.headers["content-disposition"]).toBe("attachment; filename=a.txt");
  });

  test("F3: bytes are given as they are, whatever the client would accept", async () => {
    const id = await upload("long.txt", "text/plain", Buffer.from("a".repeat(10_000)).toString("base64"));
    const got = await desk.get(`/attachments/${id}/content`, { "Accept-Encoding": "gzip, br", Accept: "text/html" });
    expect(got.headers["content-encoding"]).toBeUndefined();
    expect(got.text).toBe("a".repeat(10_000));
  });
});
