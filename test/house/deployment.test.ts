import { execFileSync, spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { VARIABLES } from "../../src/config.ts";
import { openDesk, startTestServer } from "../support/test-api.ts";

// Longer than most: everything that is shipped for running Cantrip, against what the code knows.
const root = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const SHIPPED = globSync("deploy/**/*", { cwd: root }).filter((file) => /\.\w+$|file$/i.test(file));
const PORT = VARIABLES.port.default;

const dockerfile = read("deploy/Dockerfile");
const unit = read("deploy/cantrip.service");
const nginx = read("deploy/proxies/nginx.conf");
const caddy = read("deploy/proxies/Caddyfile");
const chart = globSync("deploy/helm/cantrip/templates/*.yaml", { cwd: root }).map(read).join("\n");
const values = parse(read("deploy/helm/cantrip/values.yaml")) as Record<string, unknown>;

interface Compose {
  services: Record<
    string,
    {
      environment: Record<string, string>;
      volumes: string[];
      build?: { context: string; dockerfile: string };
      stop_grace_period?: string;
      networks: string[];
    }
  >;
  networks: Record<string, { ipam: { config: { subnet: string }[] } }>;
  volumes: Record<string, unknown>;
}
const compose = parse(read("deploy/compose.yaml")) as Compose;

interface Traefik {
  http: { services: { cantrip: { loadBalancer: { servers: { url: string }[]; healthCheck: { path: string } } } } };
}
const traefik = parse(read("deploy/proxies/traefik.yaml")) as Traefik;

/** Seconds of `40`, `40s`, `60s`. */
const seconds = (pattern: RegExp, text: string): number => Number(pattern.exec(text)?.[1]);

describe("what is shipped for running Cantrip", () => {
  test("names no variable that Cantrip does not know", () => {
    const known = new Set<string>(Object.values(VARIABLES).map(({ name }) => name));
    // Of the start, not the server's; and two that compose and Caddy have between themselves.
    for (const other of ["CANTRIP_BUILD", "CANTRIP_DOMAIN", "CANTRIP_UPSTREAM"]) known.add(other);
    for (const file of SHIPPED.filter((each) => existsSync(join(root, each)))) {
      const named = read(file).match(/\b(CANTRIP|DATABASE)_[A-Z0-9_]+\b/g) ?? [];
      expect(
        named.filter((name) => !known.has(name)),
        file,
      ).toEqual([]);
    }
  });

  test("agrees about the port with each other and with the default", () => {
    expect(dockerfile).toContain(`\nEXPOSE ${PORT}\n`);
    expect(dockerfile).toContain(`http://127.0.0.1:${PORT}/healthz`);
    expect(compose.services["caddy"]?.environment["CANTRIP_UPSTREAM"]).toBe(`cantrip:${PORT}`);
    expect(caddy).toContain(`:127.0.0.1:${PORT}}`);
    expect(nginx).toContain(`server 127.0.0.1:${PORT} `);
    expect(traefik.http.services.cantrip.loadBalancer.servers[0]?.url).toBe(`http://127.0.0.1:${PORT}`);
    expect(chart).toContain(`containerPort: ${PORT} }`);
  });

  test("names files and folders that are there", () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, files = ""]) =>
      files.split(" "),
    );
    expect(copied.length).toBeGreaterThan(3);
    const { build, volumes } = compose.services["cantrip"] ?? { volumes: [] };
    const mounted = Object.values(compose.services)
      .flatMap((service) => service.volumes)
      .filter((volume) => volume.startsWith("./"))
      .map((volume) => join("deploy", volume.split(":")[0] ?? ""));
    const paths = [
      ...copied,
      ...mounted,
      join("deploy", build?.context ?? "", build?.dockerfile ?? ""),
      "docs/deployment.md",
    ];
    for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true);
    for (const name of ["package.json", "package-lock.json", ".npmrc", "bin", "src", "web"]) {
      expect(read("deploy/Dockerfile.dockerignore").split("\n")).toContain(`!${name}`);
    }
    expect(/^ExecStart=\/opt\/cantrip\/(\S+) serve$/m.exec(unit)?.[1]).toBe("bin/cantrip");
    expect(dockerfile).toContain('ENTRYPOINT ["node", "/opt/cantrip/bin/cantrip"]');
    accessSync(join(root, "bin/cantrip"), constants.X_OK);
    expect(
      volumes
        .filter((volume) => !volume.startsWith("./"))
        .every((volume) => (volume.split(":")[0] ?? "") in compose.volumes),
    ).toBe(true);
  });

  test("runs on the Node that the project is made for, and takes out of the image only packages that are in it", () => {
    const { devDependencies, dependencies } = JSON.parse(read("package.json")) as Record<
      string,
      Record<string, string>
    >;
    const wanted = /\d+/.exec(devDependencies?.["node"] ?? "")?.[0];
    expect(dockerfile.match(/FROM node:(\d+)/g)).toEqual([`FROM node:${wanted}`, `FROM node:${wanted}`]);
    const removed = /rm -rf (vite[^&]*?)\n\nFROM/.exec(dockerfile)?.[1]?.split(/[\s\\]+/) ?? [];
    expect(removed.length).toBeGreaterThan(8);
    for (const name of removed) expect(globSync(name, { cwd: join(root, "node_modules") }), name).not.toEqual([]);
    // What the server itself imports stays.
    const imported = globSync("src/**/*.ts", { cwd: root }).flatMap((file) =>
      [...read(file).matchAll(/from "((?:@[\w-]+\/)?[\w-]+)/g)].map(([, name = ""]) => name),
    );
    const used = Object.keys(dependencies ?? {}).filter((name) => imported.includes(name));
    expect(used).toContain("fastify");
    expect(used.filter((name) => removed.some((gone) => name === gone || name.startsWith(`${gone}/`)))).toEqual([]);
  });

  test("gives a server that is told to stop the time that it may need", () => {
    const needed = Number(VARIABLES.drainSeconds.default) + 25;
    expect(seconds(/^TimeoutStopSec=(\d+)$/m, unit)).toBeGreaterThan(needed);
    expect(seconds(/^(\d+)s$/, compose.services["cantrip"]?.stop_grace_period ?? "")).toBeGreaterThan(needed);
    expect(chart).toContain("terminationGracePeriodSeconds: {{ add (int .Values.drainSeconds) 35 }}");
  });

  test("lets proxies take what Cantrip takes, and trusts the one beside it", () => {
    const largest = Math.max(Number(VARIABLES.bodyLimit.default), Number(VARIABLES.mailLimit.default)) / 2 ** 20;
    expect(seconds(/client_max_body_size (\d+)m;/, nginx)).toBeGreaterThanOrEqual(largest);
    expect(seconds(/max_size (\d+)MiB/, caddy)).toBeGreaterThanOrEqual(largest);
    expect(seconds(/proxy-body-size: (\d+)m/, read("deploy/helm/cantrip/values.yaml"))).toBeGreaterThanOrEqual(largest);
    const cantrip = compose.services["cantrip"];
    const subnet = compose.networks["front"]?.ipam.config[0]?.subnet;
    expect(cantrip?.networks).toContain("front");
    expect(cantrip?.environment["CANTRIP_TRUSTED_PROXIES"]).toBe(subnet);
  });

  test("asks a chart's templates for values that values.yaml explains", () => {
    const named = new Set(chart.match(/\.Values(\.\w+)+/g));
    expect(named.size).toBeGreaterThan(20);
    for (const name of named) {
      let value: unknown = values;
      for (const key of name.split(".").slice(2)) {
        expect(typeof value === "object" && value !== null && key in value, name).toBe(true);
        value = (value as Record<string, unknown>)[key];
      }
    }
    const used = new Set([...named].map((name) => name.split(".")[2] ?? ""));
    expect(Object.keys(values).filter((key) => !used.has(key))).toEqual([]);
  });

  test("asks a server for paths that are there, and closes idle connections before it", async () => {
    const server = await startTestServer();
    const desk = await openDesk({}, server);
    try {
      const everything = [dockerfile, nginx, caddy, chart, read("deploy/proxies/traefik.yaml")].join("\n");
      for (const path of ["/healthz", "/readyz"]) {
        expect(everything).toContain(path);
        expect((await fetch(server.url + path)).status, path).toBe(200);
      }
      const stream = /location = (\S*stream)/.exec(nginx)?.[1] ?? "";
      const over = new AbortController();
      const headers = { Authorization: `Bearer ${desk.token}` };
      const got = await fetch(server.url + stream, { headers, signal: over.signal });
      expect(got.headers.get("content-type")).toMatch("text/event-stream");
      over.abort();
      const kept = /timeout=(\d+)/.exec((await fetch(`${server.url}/healthz`)).headers.get("keep-alive") ?? "")?.[1];
      expect(seconds(/keepalive_timeout (\d+)s/, nginx)).toBeLessThan(Number(kept));
      expect(seconds(/idleConnTimeout: (\d+)s/, read("deploy/proxies/traefik.yaml"))).toBeLessThan(Number(kept));
    } finally {
      await server.close();
    }
  });
});

const has = (program: string): boolean => spawnSync(program, ["--help"]).error === undefined;

describe("what is shipped is taken by the program that it is for:", () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "cantrip-deploy-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.skipIf(!has("systemd-analyze"))("systemd", () => {
    const file = join(folder, "cantrip.service");
    writeFileSync(file, unit.replaceAll("/opt/cantrip", root));
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" });
    // It also complains about units of the machine's own.
    expect(stderr.split("\n").filter((line) => line.includes("cantrip"))).toEqual([]);
    expect(status).toBe(0);
  });

  test.skipIf(!has("nginx"))("nginx", () => {
    certify(folder);
    const site = nginx
      .replaceAll(/listen (\d+)/g, "listen 127.0.0.1:4$1")
      .replace("/etc/ssl/help.example.com.pem", join(folder, "cert.pem"))
      .replace("/etc/ssl/private/help.example.com.key", join(folder, "key.pem"));
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    const config = `pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${paths.join(" ")} ${site} }`;
    writeFileSync(join(folder, "nginx.conf"), config);
    const { status, stderr } = spawnSync("nginx", ["-t", "-p", folder, "-c", join(folder, "nginx.conf")], {
      encoding: "utf8",
    });
    expect(stderr).toContain("syntax is ok");
    expect(status, stderr).toBe(0);
  });

  test.skipIf(!has("caddy"))("Caddy", () => {
    mkdirSync(join(folder, "home"));
    const env = { PATH: process.env["PATH"], HOME: join(folder, "home") };
    const file = join(root, "deploy/proxies/Caddyfile");
    const { status, stderr } = spawnSync("caddy", ["validate", "--adapter", "caddyfile", "--config", file], {
      env,
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
  });
});

function certify(folder: string): void {
  const words = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=help.example.com -keyout key.pem -out cert.pem";
  execFileSync("openssl", words.split(" "), { cwd: folder, stdio: "ignore" });
}
