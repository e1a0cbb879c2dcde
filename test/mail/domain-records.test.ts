import { describe, expect, test } from "vitest";
import type { Resolver } from "../../src/mail/authentication.ts";
import { type MailDomain, type RecordFinding, checkMailDomain } from "../../src/mail/domain-records.ts";

type Answers = Record<string, unknown[] | Error>;

const SOUND: Answers = {
  "MX acme.com": [
    { priority: 20, exchange: "b.mx.acme.com." },
    { priority: 10, exchange: "a.mx.acme.com" },
  ],
  "TXT acme.com": [["google-site-verification=x"], ["v=spf1 include:_spf.", "google.com -all"]],
  "TXT google._domainkey.acme.com": [["v=DKIM1; k=rsa; p=", "MIIB"]],
  "TXT _dmarc.acme.com": [["v=DMARC1; p=none"]],
};

async function look(answers: Answers, about: Partial<MailDomain> = {}): Promise<RecordFinding[]> {
  const resolver: Resolver = async (name, type) => {
    const answer = answers[`${type} ${name}`] ?? Object.assign(new Error("nothing"), { code: "ENODATA" });
    if (answer instanceof Error) throw answer;
    return answer as string[];
  };
  return await checkMailDomain(resolver, { domain: "acme.com", relays: ["smtp.gmail.com"], signing: [], ...about });
}

const levels = (found: RecordFinding[]): string => found.map(({ record, level }) => `${record} ${level}`).join(", ");
const one = (found: RecordFinding[], record: string): RecordFinding | undefined =>
  found.find((each) => each.record === record);

describe("the records of a domain's mail", () => {
  test("are well when mail finds its way and the provider may send and signs", async () => {
    const found = await look(SOUND);
    expect(levels(found)).toBe("MX ok, SPF ok, DKIM ok, DMARC ok");
    expect(one(found, "MX")?.message).toBe("mail for acme.com goes to a.mx.acme.com, b.mx.acme.com");
    expect(found.every(({ mend }) => mend === null)).toBe(true);
  });

  test("are told with what to set where there are none", async () => {
    const found = await look({});
    expect(levels(found)).toBe("MX wrong, SPF note, DKIM note, DMARC note");
    expect(one(found, "SPF")?.mend).toContain("v=spf1 include:_spf.google.com -all");
    expect(one(found, "DKIM")?.message).toContain("google._domainkey.acme.com");
    expect(one(found, "DMARC")?.mend).toContain("_dmarc.acme.com: v=DMARC1; p=none");
  });

  test.each([
    ["no MX but an address of its own", { "A acme.com": ["198.51.100.7"] }, "note", "goes to 198.51.100.7"],
    ["an MX that says it takes no mail", { "MX acme.com": [{ priority: 0, exchange: "" }] }, "wrong", "takes no mail"],
  ])("%s", async (_, answers, level, words) => {
    expect(one(await look(answers), "MX")).toMatchObject({ level, message: expect.stringContaining(words) });
  });

  test.each([
    ["two, of which none counts", ["v=spf1 -all", "v=spf1 mx -all"], "wrong", "none counts"],
    ["one that lets everybody send", ["v=spf1 +all"], "wrong", "whole world"],
    ["one that lets everybody send, said shortly", ["v=spf1 mx all"], "wrong", "whole world"],
    ["one without the provider", ["v=spf1 mx -all"], "note", "does not name"],
    ["one that leads elsewhere", ["v=spf1 redirect=_spf.acme.com"], "ok", "redirect="],
    ["one of another version", ["v=spf10 -all"], "note", "does not say who may send"],
  ])("an SPF record that is %s", async (_, records, level, words) => {
    const found = await look({ ...SOUND, "TXT acme.com": records.map((record) => [record]) });
    expect(one(found, "SPF")).toMatchObject({ level, message: expect.stringContaining(words) });
  });

  test("hold the key that signs, and no other", async () => {
    const signing = [{ name: "cantrip-1._domainkey.acme.com", value: "v=DKIM1; k=rsa; p=AAAA" }];
    const at = (value: string): Answers => ({ ...SOUND, "TXT cantrip-1._domainkey.acme.com": [[value]] });
    expect(one(await look(SOUND, { signing }), "DKIM")).toMatchObject({
      level: "wrong",
      mend: expect.stringContaining("p=AAAA"),
    });
    expect(one(await look(at("v=DKIM1; p=BBBB"), { signing }), "DKIM")).toMatchObject({
      level: "wrong",
      message: expect.stringContaining("another key"),
    });
    expect(one(await look(at("v=DKIM1; p="), { signing }), "DKIM")?.message, "revoked").toContain("has no key");
    expect(one(await look(at("v=DKIM1; k=rsa; p=AA AA"), { signing }), "DKIM")?.level).toBe("ok");
  });

  test("of the domain that it is part of count for DMARC", async () => {
    const found = await look({ "TXT _dmarc.acme.com": [["v=DMARC1; p=reject"]] }, { domain: "help.acme.com" });
    expect(one(found, "DMARC")).toMatchObject({ level: "ok", message: "acme.com: v=DMARC1; p=reject" });
  });

  test("are not looked for under names that are nobody's", async () => {
    for (const domain of ["acme.example", "localhost", "mail.test", "example.com"]) {
      expect(levels(await look(SOUND, { domain }))).toBe("DNS note");
    }
  });

  test("are unknown, and not wrong, while no name server answers", async () => {
    const found = await look({ "MX acme.com": Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) });
    expect(found).toMatchObject([{ record: "DNS", level: "note", message: expect.stringContaining("ECONNREFUSED") }]);
  });
});
