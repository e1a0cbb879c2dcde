import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { exchange } from "../support/raw-http.ts";
import { type Got, type TestDesk, logged, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
beforeAll(async () => {
  if (ENGINE_MISSING === null) desk = await openDesk();
});

const upload = async (data: unknown, more: object = {}): Promise<Got> =>
  await desk.post("/attachments", { name: "a.txt", type: "text/plain", data, ...more });

async function content(id: string): Promise<string> {
  return (await desk.get(`/attachments/${id}/content`)).text;
}

describe.skipIf(ENGINE_MISSING !== null)("F1", () => {
  test("F1: the document's sample works, its printed line breaks standing for \\n", async () => {
    const lines = [
      "UEsDBAoAAAAAAFmu/kLPx4wKGwAAABsAAAAKABwAcmVhZG1lLnR4dFVUCQAD",
      "OjX4UTo1+FF1eAsAAQToAwAABOgDAABNYXkgdGhlIGZvcmNlIGJlIHdpdGgg",
      "eW91LgpQSwECHgMKAAAAAABZrv5Cz8eMChsAAAAbAAAACgAYAAAAAAABAAAA",
      "tIEAAAAAcmVhZG1lLnR4dFVUBQADOjX4UXV4CwABBOgDAAAE6AMAAFBLBQYA",
      "AAAAAQABAFAAAABfAAAAAAA=",
    ];
    const got = await upload(lines.join("\n           "), { name: "MyFile.zip", type: "application/zip" });
    expect(got.status).toBe(201);
    expect(got.body).toEqual({ id: got.body.id, name: "MyFile.zip", size: 197, type: "application/zip" });
    const read = await desk.get(String(got.headers.location).split("/api/v1")[1] ?? "");
    expect(read.body).toEqual(got.body);
    expect(await content(got.body.id)).toContain("May the force be with you.");
  });

  test.each([
    ["with its padding", "aGVsbG8=", "hello"],
    ["without its padding", "aGVsbG8", "hello"],
    ["with two signs of padding", "aGk=\n", "hi"],
    ["without two signs of padding", "YQ", "a"],
    ["in lines", "aGVs\r\nbG8g\r\nd29y\r\nbGQ=\r\n", "hello world"],
    ["with blanks and tabs anywhere, in the padding too", " a\tGk gIQ = = ", "hi !"],
    ["with bits left over at its end", "aGl=", "hi"],
    ["of the letters beyond digits", "Pz8/Pj4+", "???>>>"],
  ])("F1: data is Base64 %s", async (_, data, text) => {
    const got = await upload(data);
    expect(got.status, got.text).toBe(201);
    expect(got.body.size).toBe(text.length);
    expect(await content(got.body.id)).toBe(text);
  });

  test.each([
    ["the URL's alphabet", "Pz8_Pj4-"],
    ["a length that no bytes give", "aGVsb"],
    ["a single digit", "a"],
    ["padding alone", "="],
    ["padding within", "aG=VsbG8"],
    ["too much padding", "aGVsbG8==="],
    ["padding that does not fit", "aGk=="],
    ["other characters", "aGVs*bG8="],
    ["letters beyond ASCII", "aGVsbé8="],
    ["a data URL", "data:text/plain;base64,aGVsbG8="],
  ])("F1: anything else is 422: %s", async (_, data) => {
    const got = await upload(data);
    expect(got.status).toBe(422);
    expect(got.body.errors).toEqual([{ message: "data must be Base64 in the standard alphabet" }]);
  });

  test.each([null, 5, true, ["aGk="], {}])("F1: data that is no string is 422: %j", async (data) => {
    const got = await upload(data);
    expect(got.status).toBe(422);
    expect(got.body.errors).toEqual([{ message: "data must be a string" }]);
  });

  test('F1: "" is an empty file, and blank space alone too', async () => {
    for (const data of ["", " \n"]) {
      const got = await upload(data);
      expect(got.body).toMatchObject({ size: 0 });
      expect(await content(got.body.id)).toBe("");
    }
  });

  test("F1: size is of the decoded bytes, and the bytes come back as they were", async () => {
    const bytes = randomBytes(300_000);
    const got = await upload(bytes.toString("base64"));
    expect(got.body.size).toBe(300_000);
    const { port } = desk.server;
    const lines = [
      `GET /api/v1/attachments/${got.body.id}/content HTTP/1.1`,
      "Host: x",
      `Authorization: Bearer ${desk.token}`,
    ];
    const raw = await exchange({ port }, lines);
    expect(raw.bytes.equals(bytes)).toBe(true);
    expect(raw.header("content-length")).toBe("300000");
  });

  test("F1: name, type and data are required, and every fault is listed at once", async () => {
    const got = await desk.post("/attachments", {});
    expect(got.body.errors.map(({ message }: { message: string }) => message.split(" ")[0])).toEqual([
      "name",
      "type",
      "data",
    ]);
    const bad = await desk.post("/attachments", { name: "", type: "nonsense", data: "?" });
    expect(bad.status).toBe(422);
    expect(bad.body.errors).toHaveLength(3);
  });

  test.each([
    "text/plain",
    "TEXT/HTML",
    "image/svg+xml",
    "application/vnd.ms-excel",
    "text/plain; charset=utf-8",
    'text/x;a="b c"',
  ])("F1: type is a media type: %s", async (type) => {
    const got = await upload("aGk=", { type });
    expect(got.status, got.text).toBe(201);
    expect(got.body.type).toBe(type);
    const read = await desk.get(`/attachments/${got.body.id}/content`);
    expect(read.headers["content-type"]).toBe(type);
  });

  test.each([
    "",
    "text",
    "text/",
    "/plain",
    "text/pl ain",
    "text/plain\r\nX-Evil: 1",
    "text/plain\n",
    "a/b/c",
    "tëxt/plain",
    "text/plain; é",
  ])("F1: type that is no media type is 422: %j", async (type) => {
    const got = await upload("aGk=", { type });
    expect(got.status).toBe(422);
    expect(got.body.errors).toEqual([{ message: "type must be a media type, such as application/pdf" }]);
  });

  test("F1: decoded, 25 MiB are the limit: up to it 201, one byte more 413", async () => {
    const limit = 25 * 1024 * 1024;
    const most = await upload("A".repeat((limit * 4) / 3 + 2).slice(0, Math.ceil((limit * 4) / 3)));
    expect(most.body.size).toBe(limit);
    const more = await upload("A".repeat(Math.ceil(((limit + 1) * 4) / 3)));
    expect(more.status).toBe(413);
    expect(more.body).toEqual({ message: `Payload Too Large: data must have at most ${limit} bytes, decoded` });
  });

  test("F1: the request body is limited by its announced length, before a byte of it is read", async () => {
    const lines = [
      "POST /api/v1/attachments HTTP/1.1",
      "Host: x",
      `Authorization: Bearer ${desk.token}`,
      "Content-Type: application/json",
      `Content-Length: ${40 * 1024 * 1024 + 1}`,
    ];
    const raw = await exchange({ port: desk.server.port }, lines);
    expect(raw.status).toBe(413);
    expect(JSON.parse(raw.text)).toEqual({ message: "Payload Too Large: a request body has at most 41943040 bytes" });
  });

  test("F1: the request body is limited when it comes in chunks, too, and the refusal arrives", async () => {
    const server = await startTestServer({ bodyLimit: 100_000 });
    const chunk = Buffer.from(`c350\r\n${" ".repeat(50_000)}\r\n`);
    const head = [
      "POST /api/v1/attachments HTTP/1.1",
      "Host: x",
      `Authorization: Bearer ${desk.token}`,
      "Content-Type: application/json",
      "Transfer-Encoding: chunked",
    ];
    const raw = await exchange(
      { port: server.port },
      head,
      Buffer.concat([chunk, chunk, chunk, chunk, Buffer.from("0\r\n\r\n")]),
    );
    expect(raw.status).toBe(413);
    expect(JSON.parse(raw.text)).toEqual({ message: "Payload Too Large: a request body has at most 100000 bytes" });
    await server.close();
  });

  test("F1: a client that goes away while it sends is no fault of the server's", async () => {
    logged.length = 0;
    const { connect } = await import("node:net");
    const socket = connect({ port: desk.server.port, host: "127.0.0.1" });
    socket.write(
      `POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${desk.token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name"`,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(logged).toEqual([]);
  });
});
