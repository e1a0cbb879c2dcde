import { generateKeyPairSync } from "node:crypto";
import { dkimSign } from "mailauth";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { authenticate, type Connection, type Resolver } from "../../src/mail/authentication.ts";
import { readTrustedResults } from "../../src/mail/trusted-results.ts";
import { parseText } from "./fixture.ts";

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicKey = keys.publicKey.export({ type: "spki", format: "der" }).toString("base64");

type Zone = Record<string, string[] | string[][] | Error>;
const zone: Zone = {
  "TXT example.org": [["v=spf1 ip4:192.0.2.0/24 ~all"]],
  "TXT strict.example": [["v=spf1 -all"]],
  "TXT s1._domainkey.example.org": [[`v=DKIM1; k=rsa; p=${publicKey}`]],
  "TXT s1._domainkey.other.example": [[`v=DKIM1; k=rsa; p=${publicKey}`]],
  "TXT _dmarc.example.org": [["v=DMARC1; p=reject"]],
  "TXT _dmarc.strict.example": [["v=DMARC1; p=reject"]],
  "TXT broken.example": Object.assign(new Error("no server answers"), { code: "ESERVFAIL" }),
};

/** A scripted DNS; `asked` holds every question, so that a test sees that nothing else was asked. */
function scripted(records: Zone = zone): { resolver: Resolver; asked: string[] } {
  const asked: string[] = [];
  const resolver: Resolver = async (name, type) => {
    const question = `${type} ${name.toLowerCase()}`;
    asked.push(question);
    const answer = records[question];
    if (answer instanceof Error) throw answer;
    if (answer === undefined) throw Object.assign(new Error(`no ${question}`), { code: "ENOTFOUND" });
    return answer;
  };
  return { resolver, asked };
}

const message = (from: string, body = "It is broken."): string =>
  `From: Ada <${from}>\r\nTo: help@desk.example\r\nSubject: Broken\r\nDate: Wed, 7 Jan 2026 10:00:00 +0000\r\n` +
  `Message-ID: <1@example.org>\r\n\r\n${body}\r\n`;

async function signed(from: string, domain: string): Promise<string> {
  const privateKey = keys.privateKey.export({ type: "pkcs8", format: "pem" });
  const raw = message(from);
  const key = { signingDomain: domain, selector: "s1", privateKey };
  // Its types ask for the key twice.
  const { signatures } = await dkimSign(raw, { ...key, signatureData: [key] });
  return signatures + raw;
}

function connection(options: Partial<Connection> = {}): Connection {
  const { resolver } = scripted();
  return { ip: "192.0.2.1", helo: "mx.example.org", mailFrom: "ada@example.org", resolver, ...options };
}

describe("a message is judged on the connection that brought it", () => {
  let genuine: string;
  beforeAll(async () => {
    genuine = await signed("ada@example.org", "example.org");
  });

  test("one that is signed and comes from its own server passes", async () => {
    expect(await authenticate(Buffer.from(genuine), connection())).toEqual({
      spf: "pass",
      dkim: "pass",
      dmarc: "pass",
      domain: "example.org",
    });
  });

  test("one that is forwarded keeps its signature, and DMARC passes by it", async () => {
    const forwarded = await authenticate(Buffer.from(genuine), connection({ ip: "203.0.113.9" }));
    expect(forwarded).toEqual({ spf: "softfail", dkim: "pass", dmarc: "pass", domain: "example.org" });
  });

  test("one whose text was changed on the way has a signature that does not pass", async () => {
    const changed = Buffer.from(genuine.replace("It is broken.", "Send money."));
    const verdicts = await authenticate(changed, connection({ ip: "203.0.113.9" }));
    expect(verdicts.dkim).not.toBe("pass");
    expect(verdicts.dmarc).toBe("fail");
  });

  test("one that is signed and sent by another domain than From says is not From's", async () => {
    const foreign = Buffer.from(await signed("ada@example.org", "other.example"));
    const verdicts = await authenticate(foreign, connection({ ip: "203.0.113.9", mailFrom: "x@other.example" }));
    expect(verdicts).toEqual({ spf: "none", dkim: "pass", dmarc: "fail", domain: "example.org" });
  });

  test("one whose sender forbids it fails", async () => {
    const forged = Buffer.from(message("boss@strict.example"));
    const verdicts = await authenticate(forged, connection({ mailFrom: "boss@strict.example" }));
    expect(verdicts).toEqual({ spf: "fail", dkim: "none", dmarc: "fail", domain: "strict.example" });
  });

  test("without an address of the client there is no SPF, whatever Return-Path and Received claim", async () => {
    const claims = `Return-Path: <ada@example.org>\r\nReceived: from mx.example.org (192.0.2.1) by x; now\r\n`;
    const verdicts = await authenticate(
      Buffer.from(claims + message("ada@example.org")),
      connection({ ip: null, helo: null, mailFrom: "" }),
    );
    expect(verdicts).toEqual({ spf: "none", dkim: "none", dmarc: "fail", domain: "example.org" });
  });

  test("where DNS does not answer nothing is claimed", async () => {
    const raw = Buffer.from(message("ada@broken.example"));
    const verdicts = await authenticate(raw, connection({ mailFrom: "ada@broken.example" }));
    expect(verdicts).toMatchObject({ spf: "temperror", dkim: "none", dmarc: "none" });
  });

  test("rubbish and mail without From are judged without an error", async () => {
    for (const raw of ["", "\0\0", "no header", "From: \r\n\r\nx", "DKIM-Signature: v=1\r\nFrom: a\r\n\r\n"]) {
      expect((await authenticate(Buffer.from(raw), connection())).dmarc).not.toBe("pass");
    }
  });

  test("a thousand signatures cost no more questions than ten", async () => {
    const { resolver, asked } = scripted();
    const [signature = "", rest = ""] = genuine.split(/(?=From:)/);
    const many = Array.from({ length: 1000 }, (_, i) => signature.replace("s=s1", `s=t${i}`));
    await authenticate(Buffer.from(many.join("") + rest), connection({ resolver }));
    const keysAsked = asked.filter((question) => question.includes("_domainkey"));
    expect(keysAsked.length).toBe(10);
  });

  test("a DNS server that never answers holds nothing up for long", async () => {
    vi.useFakeTimers();
    try {
      const silent = (): Promise<string[]> => new Promise(() => {});
      const verdicts = authenticate(Buffer.from(genuine), connection({ resolver: silent }));
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await verdicts).toMatchObject({ spf: "temperror", dkim: "temperror" });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a trusted server's Authentication-Results are read", () => {
  const field = (id: string, results: string): string => `Authentication-Results: ${id};\n ${results}\n`;
  const good =
    "dkim=pass (2048-bit key; x) header.i=@example.org header.s=s1;\n spf=pass (mx: 192.0.2.1) " +
    'smtp.mailfrom="ada@example.org";\n dmarc=pass (p=REJECT; sp=NONE) header.from=example.org';
  const outside = "Received: from evil.example (evil.example [203.0.113.9]) by mx.desk.example with ESMTP; now\n";
  const sender = "Received: from home by mail.evil.example; now\n";
  const from = "From: Ada <ada@example.org>\n\nHi\n";
  const passed = { spf: "pass", dkim: "pass", dmarc: "pass", domain: "example.org" };
  const read = async (header: string): Promise<unknown> =>
    readTrustedResults(await parseText(header + from), "mx.desk.example");

  test("above and directly below the server's own Received field", async () => {
    expect(await read(field("mx.desk.example", good) + outside + sender)).toEqual(passed);
    const local = "Received: by imap.desk.example (Cyrus) with LMTP; now\nReceived: by 10.0.0.1 with SMTP id x; now\n";
    expect(await read(local + outside + field("MX.desk.example 1", good) + sender)).toEqual(passed);
  });

  test("and not what stands below a stranger's Received field, or bears another name", async () => {
    expect(await read(outside + sender + field("mx.desk.example", good))).toBeNull();
    expect(await read(field("mx.evil.example", good) + outside)).toBeNull();
    expect(await read(field("evil.mx.desk.example", good) + outside)).toBeNull();
    expect(readTrustedResults(await parseText(field("", good) + from), "")).toBeNull();
  });

  test("and a neighbour under a public suffix is a stranger", async () => {
    const by = (host: string): string => `Received: from x by ${host}; now\n`;
    const results = field("desk.co.uk", good);
    const judge = async (host: string): Promise<unknown> =>
      readTrustedResults(await parseText(by(host) + results + from), "desk.co.uk");
    expect(await judge("mx.desk.co.uk")).toEqual(passed);
    expect(await judge("evil.co.uk")).toBeNull();
  });

  test("only from the topmost of them, so that a forged one below counts for nothing", async () => {
    const bad = field("mx.desk.example", "spf=softfail smtp.mailfrom=x; dkim=none; dmarc=fail header.from=example.org");
    const verdicts = await read(bad + outside + field("mx.desk.example", good));
    expect(verdicts).toEqual({ spf: "softfail", dkim: "none", dmarc: "fail", domain: "example.org" });
  });

  test("with words of their own as neutral, and nothing said as none", async () => {
    const words = 'dkim=policy reason="weak; key" header.d=example.org; spf=hardfail; dmarc=bestguesspass';
    expect(await read(field("mx.desk.example", words))).toEqual({
      spf: "fail",
      dkim: "neutral",
      dmarc: "neutral",
      domain: "example.org",
    });
    expect(await read("Authentication-Results: mx.desk.example; none\n")).toMatchObject({ spf: "none", dmarc: "none" });
  });

  test("and a verdict about another From than the one that is shown is none", async () => {
    const verdicts = await read(field("mx.desk.example", "dmarc=pass header.from=evil.example; spf=pass; dkim=pass"));
    expect(verdicts).toEqual({ spf: "pass", dkim: "pass", dmarc: "none", domain: "example.org" });
  });

  test("in linear time", async () => {
    const hostile = await parseText(`Authentication-Results: mx.desk.example;${'dkim="; ('.repeat(100_000)}\n${from}`);
    const start = performance.now();
    readTrustedResults(hostile, "mx.desk.example");
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
