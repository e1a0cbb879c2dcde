import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, type Config, type Flags, VARIABLES, readConfig } from "../../src/config.ts";

/** Values that each variable refuses. One that takes anything has none. */
const REFUSED: Record<keyof Config, string[]> = {
  data: [],
  databaseUrl: ["mysql://localhost/x", "localhost", "file:data.sqlite", " postgres://x"],
  databaseReadUrl: ["mysql://localhost/x", "replica"],
  databaseListenUrl: ["mysql://localhost/x", "database"],
  host: ["not a host", "http://x", "a/b", ""],
  port: ["-1", "65536", "3000.5", "http", "", " 80", "0x50", "1e3"],
  site: ["Acme", "a_b", "-acme", "acme-", "a.b", "a".repeat(64), "ü"],
  publicUrl: ["help.example.com", "ftp://help.example.com", "https://x/?a=b", "https://x/#y", "//x"],
  tlsCert: [],
  tlsKey: [],
  trustedProxies: ["proxy.example.com", "10.0.0.0/x", "10.0.0.1 10.0.0.2"],
  bodyLimit: ["0", "1023", "1073741825", "40M", "-1", ""],
  attachmentLimit: ["0", "1073741825", "25 MiB", ""],
  mailLimit: ["1023", "1073741825", "x", ""],
  keptAnswers: ["-1", "1073741825", "16M", ""],
  secretKey: ["secret", "0".repeat(63), "0".repeat(66), Buffer.alloc(31).toString("base64")],
  smtpPort: ["-1", "65536", "smtp"],
  lmtpPort: ["-1", "65536", "lmtp"],
  smtpHost: ["not a host", "a/b", ""],
  smtpUrl: [
    "mail.example.com",
    "http://mail.example.com",
    "smtp://",
    "smtp://x/path",
    "smtp://x?tls=maybe",
    "smtp://x#y",
  ],
  allowPrivateHosts: ["a b", "http://mail.internal", "mail.internal/24"],
  authservId: ["a b", "mx.example.com;", "mx.example.com 1"],
  dnsServers: ["dns.example.com", "192.0.2.53:port", "[192.0.2.53]", "[2001:db8::53", "192.0.2.53:65536"],
  s3Bucket: ["AB", "ab", "-bucket", "a_b_c", "https://bucket"],
  s3Endpoint: ["s3.example.com", "ftp://s3.example.com", "https://x/?a=b"],
  s3Region: ["EU", "eu west", ""],
  s3AccessKey: ["a b c", "ab"],
  s3SecretKey: ["a b c", "ab"],
  s3Prefix: ["desk", "/desk/", "a b/"],
  workers: ["0", "65", "two", ""],
  drainSeconds: ["-1", "301", "1.5", ""],
  metricsToken: ["short", "with space in between", "ü".repeat(20)],
  logLevel: ["loud", "INFO", "trace", ""],
  failPoint: ["a step", "Deliver.Sending"],
};

/** Values that each takes, and what becomes of them. */
const TAKEN: { [K in keyof Config]: [string, Config[K]][] } = {
  data: [["somewhere", resolve("somewhere")]],
  databaseUrl: [
    ["", null],
    ["postgres://a:b@c:5432/d", "postgres://a:b@c:5432/d"],
    ["postgresql://c/d?sslmode=require", "postgresql://c/d?sslmode=require"],
  ],
  databaseReadUrl: [["", null]],
  databaseListenUrl: [["", null]],
  host: [
    ["0.0.0.0", "0.0.0.0"],
    ["::1", "::1"],
    ["help.example.com", "help.example.com"],
  ],
  port: [
    ["0", 0],
    ["65535", 65_535],
  ],
  site: [
    ["", null],
    ["acme-2", "acme-2"],
  ],
  publicUrl: [
    ["", null],
    ["https://help.example.com/", "https://help.example.com"],
    ["http://x:8080/desk/", "http://x:8080/desk"],
  ],
  tlsCert: [["", null]],
  tlsKey: [["", null]],
  trustedProxies: [
    ["", []],
    ["127.0.0.1, 10.0.0.0/8 ,fd00::/8", ["127.0.0.1", "10.0.0.0/8", "fd00::/8"]],
  ],
  bodyLimit: [["1024", 1024]],
  attachmentLimit: [["1", 1]],
  mailLimit: [["1073741824", 1_073_741_824]],
  keptAnswers: [["0", 0]],
  secretKey: [
    ["", null],
    ["ab".repeat(32), Buffer.alloc(32, 0xab)],
    [Buffer.alloc(32, 7).toString("base64"), Buffer.alloc(32, 7)],
  ],
  smtpPort: [
    ["", null],
    ["25", 25],
  ],
  lmtpPort: [
    ["", null],
    ["0", 0],
  ],
  smtpHost: [["0.0.0.0", "0.0.0.0"]],
  smtpUrl: [
    ["", null],
    ["smtps://user:p%40ss@mail.example.com:465", "smtps://user:p%40ss@mail.example.com:465"],
    ["smtp://localhost:2525?tls=none", "smtp://localhost:2525?tls=none"],
  ],
  allowPrivateHosts: [
    ["", []],
    ["mail.internal, 10.0.0.5 ,[::1]", ["mail.internal", "10.0.0.5", "[::1]"]],
  ],
  authservId: [
    ["", null],
    ["MX.example.com", "mx.example.com"],
  ],
  dnsServers: [
    ["", []],
    [
      "192.0.2.53, 127.0.0.1:5353 ,2001:db8::53,[2001:db8::53]:5353",
      ["192.0.2.53", "127.0.0.1:5353", "2001:db8::53", "[2001:db8::53]:5353"],
    ],
  ],
  s3Bucket: [
    ["", null],
    ["my-bucket.1", "my-bucket.1"],
  ],
  s3Endpoint: [
    ["", null],
    ["https://s3.example.com/", "https://s3.example.com"],
  ],
  s3Region: [["eu-central-1", "eu-central-1"]],
  s3AccessKey: [["", null]],
  s3SecretKey: [["", null]],
  s3Prefix: [
    ["", ""],
    ["desk/files/", "desk/files/"],
  ],
  workers: [["1", 1]],
  drainSeconds: [
    ["0", 0],
    ["300", 300],
  ],
  metricsToken: [
    ["", null],
    ["0123456789abcdef", "0123456789abcdef"],
  ],
  failPoint: [
    ["", null],
    ["deliver.sending", "deliver.sending"],
  ],
  logLevel: [
    ["debug", "debug"],
    ["silent", "silent"],
  ],
};

const members = Object.keys(VARIABLES) as (keyof Config)[];

function messageOf(flags: Flags, environment: Record<string, string>): string {
  try {
    readConfig(flags, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("the configuration", () => {
  test("needs nothing to be set", () => {
    expect(readConfig({}, {})).toEqual({
      data: resolve("data"),
      databaseUrl: null,
      databaseReadUrl: null,
      databaseListenUrl: null,
      host: "127.0.0.1",
      port: 3000,
      site: null,
      publicUrl: null,
      tlsCert: null,
      tlsKey: null,
      trustedProxies: [],
      bodyLimit: 40 * 1024 * 1024,
      attachmentLimit: 25 * 1024 * 1024,
      mailLimit: 50 * 1024 * 1024,
      keptAnswers: 16 * 1024 * 1024,
      secretKey: null,
      smtpPort: null,
      lmtpPort: null,
      smtpHost: "127.0.0.1",
      smtpUrl: null,
      allowPrivateHosts: [],
      authservId: null,
      dnsServers: [],
      s3Bucket: null,
      s3Endpoint: null,
      s3Region: "us-east-1",
      s3AccessKey: null,
      s3SecretKey: null,
      s3Prefix: "",
      workers: 1,
      drainSeconds: 1,
      metricsToken: null,
      logLevel: "info",
      failPoint: null,
    });
  });

  test.each(
    members.flatMap((member) => REFUSED[member].map((value) => ({ member, name: VARIABLES[member].name, value }))),
  )("refuses $name=$value, with its name and what is allowed", ({ member, name, value }) => {
    expect(messageOf({}, { [name]: value })).toBe(`${name} must be ${VARIABLES[member].allowed}`);
  });

  test.each(
    members
      .filter((member) => VARIABLES[member].flag !== null)
      .flatMap((member) => REFUSED[member].map((value) => ({ member, flag: VARIABLES[member].flag, value }))),
  )("refuses $flag $value, with the option's name and what is allowed", ({ member, flag, value }) => {
    expect(messageOf({ [member]: value }, {})).toBe(`${flag} must be ${VARIABLES[member].allowed}`);
  });

  test.each(
    members.flatMap((member) =>
      TAKEN[member].map(([value, read]) => ({ member, name: VARIABLES[member].name, value, read })),
    ),
  )('takes $name="$value"', ({ member, name, value, read }) => {
    expect(readConfig({}, { [name]: value })[member]).toEqual(read);
  });

  test("tells all that is wrong at once", () => {
    const message = messageOf({ port: "x" }, { CANTRIP_LOG_LEVEL: "loud", CANTRIP_BODY_LIMIT: "1" });
    expect(message.split("\n").map((line) => line.split(" ")[0])).toEqual([
      "--port",
      "CANTRIP_BODY_LIMIT",
      "CANTRIP_LOG_LEVEL",
    ]);
  });

  test("lets the command line win over the environment", () => {
    expect(readConfig({ port: "4000" }, { CANTRIP_PORT: "5000" }).port).toBe(4000);
    expect(readConfig({ port: undefined }, { CANTRIP_PORT: "5000" }).port).toBe(5000);
  });

  test("wants a certificate and its key together", () => {
    expect(messageOf({}, { CANTRIP_TLS_CERT: "cert.pem" })).toContain("CANTRIP_TLS_KEY");
    expect(messageOf({ tlsKey: "key.pem" }, {})).toContain("--tls-cert");
    const both = readConfig({}, { CANTRIP_TLS_CERT: "cert.pem", CANTRIP_TLS_KEY: "key.pem" });
    expect(both).toMatchObject({ tlsCert: resolve("cert.pem"), tlsKey: resolve("key.pem") });
  });

  test("wants the store's two keys together", () => {
    expect(messageOf({}, { CANTRIP_S3_ACCESS_KEY: "access" })).toContain("CANTRIP_S3_SECRET_KEY");
    const both = { CANTRIP_S3_ACCESS_KEY: "access", CANTRIP_S3_SECRET_KEY: "secret" };
    expect(readConfig({}, both)).toMatchObject({ s3AccessKey: "access", s3SecretKey: "secret" });
  });

  test("wants PostgreSQL for more than one worker", () => {
    expect(messageOf({ workers: "2" }, {})).toContain("needs PostgreSQL");
    expect(readConfig({ workers: "2" }, { DATABASE_URL: "postgres://db/x" }).workers).toBe(2);
  });

  test("shows no secret of what it refuses", () => {
    const secret = "5ecret";
    const said = messageOf(
      {},
      {
        DATABASE_URL: `postgre://cantrip:${secret}@db/x`,
        CANTRIP_SMTP_URL: `smpt://cantrip:${secret}@mail/`,
        CANTRIP_SECRET_KEY: secret,
      },
    );
    expect(said.split("\n")).toHaveLength(3);
    expect(said).not.toContain(secret);
  });
});

describe("docs/configuration.md", () => {
  const rows = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );

  test("names every variable, its option, its default and what is allowed, and no other", () => {
    const expected = Object.values(VARIABLES).map(({ name, flag, default: unset, allowed, about }) => [
      name,
      flag ?? "",
      unset,
      allowed,
      about.replaceAll("`", ""),
    ]);
    expect(rows).toEqual(expected);
  });
});
