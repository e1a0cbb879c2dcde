import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// Written apart from .oxlintrc.json on purpose: the two must agree.
const allowed: Record<string, string[]> = {
  domain: [],
  mail: ["domain"],
  storage: ["domain"],
  queue: ["storage", "domain"],
  channels: ["queue", "storage", "mail", "domain"],
  desk: ["channels", "queue", "storage", "mail", "domain"],
  api: ["desk", "channels", "queue", "storage", "domain"],
  tasks: ["desk", "channels", "queue", "storage", "domain"],
  realtime: ["desk", "channels", "queue", "storage", "domain"],
  cli: ["api", "tasks", "realtime", "desk", "channels", "queue", "storage", "mail", "domain"],
};
const layers = Object.keys(allowed);
const root = join(import.meta.dirname, "../..");

type Plant = { path: string; text: string; breaks: string | null };

const restricted = "eslint(no-restricted-imports)";
const use = (from: string) => `import { thing } from "${from}";\nexport const used = thing;\n`;
const useType = (from: string) => `import type { Thing } from "${from}";\nexport type Used = Thing;\n`;

function plants(): Plant[] {
  const list: Plant[] = [];
  const plant = (path: string, text: string, breaks: string | null = null) => list.push({ path, text, breaks });
  const thing = "export type Thing = number;\nexport const thing = 1;\n";

  for (const from of layers) {
    plant(`src/${from}/thing.ts`, thing);
    plant(`src/${from}/deep/own.ts`, use("../thing.ts"));
    for (const to of layers.filter((each) => each !== from)) {
      const verdict = allowed[from]?.includes(to) ? null : restricted;
      plant(`src/${from}/to-${to}.ts`, use(`../${to}/thing.ts`), verdict);
      plant(`src/${from}/deep/to-${to}.ts`, useType(`../../${to}/thing.ts`), verdict);
      plant(`src/${from}/again-${to}.ts`, `export { thing } from "../${to}/thing.ts";\n`, verdict);
    }
    plant(`src/${from}/to-main.ts`, use("../main.ts"), from === "cli" ? null : restricted);
    plant(`src/${from}/to-config.ts`, use("../config.ts"), from === "cli" ? null : restricted);
    const mayNameConfig = ["api", "tasks", "realtime", "cli"].includes(from);
    plant(`src/${from}/to-config-types.ts`, useType("../config.ts"), mayNameConfig ? null : restricted);
    plant(`src/${from}/env.ts`, `export const used = process.env["PATH"];\n`, "node(no-process-env)");
    plant(`src/${from}/env-import.ts`, `import { env } from "node:process";\nexport const used = env;\n`, restricted);
  }
  plant(
    "src/main.ts",
    `${thing}export { thing as lower } from "./api/thing.ts";\nexport { thing as cli } from "./cli/thing.ts";\n`,
    restricted,
  );
  plant("src/config.ts", `${thing}export const used = process.env["PATH"];\n`);

  plant(
    "src/domain/ring-one.ts",
    `import { two } from "./ring-two.ts";\nexport const one = () => two();\n`,
    "import(no-cycle)",
  );
  plant(
    "src/domain/ring-two.ts",
    `import { one } from "./ring-one.ts";\nexport const two = (): number => one();\n`,
    "import(no-cycle)",
  );

  const later = "async function later(): Promise<number> {\n  return await Promise.resolve(1);\n}\n";
  plant(
    "src/desk/floating.ts",
    `${later}export function go(): void {\n  later();\n}\n`,
    "typescript(no-floating-promises)",
  );
  plant("src/desk/awaited.ts", `${later}export async function go(): Promise<void> {\n  await later();\n}\n`);
  plant(
    "src/desk/misused.ts",
    `${later}export const all = [1].forEach(async () => {\n  await later();\n});\n`,
    "typescript(no-misused-promises)",
  );
  plant(
    "src/desk/switch.ts",
    `export function name(it: "a" | "b"): string {\n  switch (it) {\n    case "a":\n      return "A";\n  }\n  return "";\n}\n`,
    "typescript(switch-exhaustiveness-check)",
  );
  plant("src/desk/any.ts", "export const it = (value: any): string => String(value);\n", "typescript(no-explicit-any)");
  plant(
    "src/desk/type-import.ts",
    `import { Thing } from "./thing.ts";\nexport type Used = Thing;\n`,
    "typescript(consistent-type-imports)",
  );
  plant("src/desk/default.ts", "export default 1;\n", "import(no-default-export)");

  plant("src/api/schemas/thing.ts", thing);
  plant("web/schema-types.ts", useType("../src/api/schemas/thing.ts"));
  plant("web/schema-values.ts", use("../src/api/schemas/thing.ts"), restricted);
  plant("web/route-types.ts", useType("../src/api/thing.ts"), restricted);
  plant("web/domain-types.ts", useType("../src/domain/thing.ts"), restricted);
  return [...list, ...webPlants()];
}

// The layers of the web client, again written apart from .oxlintrc.json.
const webAllowed: Record<string, string[]> = {
  lib: [],
  i18n: ["lib"],
  keys: ["lib", "i18n"],
  ui: ["lib", "i18n", "keys"],
  api: ["lib", "i18n"],
  features: ["lib", "i18n", "keys", "ui", "api"],
  app: ["lib", "i18n", "keys", "ui", "api"],
};

function webPlants(): Plant[] {
  const list: Plant[] = [];
  const plant = (path: string, text: string, breaks: string | null = null) => list.push({ path, text, breaks });
  const thing = "export type Thing = number;\nexport const thing = 1;\n";
  for (const from of Object.keys(webAllowed)) {
    plant(`web/src/${from}/thing.ts`, thing);
    for (const to of Object.keys(webAllowed).filter((each) => each !== from && each !== "features")) {
      const verdict = webAllowed[from]?.includes(to) ? null : restricted;
      plant(`web/src/${from}/to-${to}.ts`, use(`../${to}/thing.ts`), verdict);
      plant(`web/src/${from}/deep/to-${to}.ts`, useType(`../../${to}/thing.ts`), verdict);
    }
    plant(`web/src/${from}/to-server.ts`, useType("../../../src/storage/thing.ts"), restricted);
    plant(`web/src/${from}/to-schema.ts`, useType("../../../src/api/schemas/thing.ts"));
    const mayRoute = ["api", "features", "app", "lib"].includes(from);
    plant(`web/src/${from}/router.ts`, use("@tanstack/react-router"), mayRoute ? null : restricted);
  }
  plant("web/src/features/ticket/thing.ts", thing);
  plant("web/src/features/ticket/public/thing.ts", thing);
  plant("web/src/features/tickets/own.ts", use("./deep/own.ts"));
  plant("web/src/features/tickets/deep/own.ts", thing);
  plant("web/src/features/tickets/public.ts", use("../ticket/public/thing.ts"));
  plant("web/src/features/tickets/deep/public.ts", use("../../ticket/public/thing.ts"));
  plant("web/src/features/tickets/private.ts", use("../ticket/thing.ts"), restricted);
  plant("web/src/features/tickets/deep/private.ts", use("../../ticket/parts/thing.ts"), restricted);
  plant("web/src/app/public.ts", use("../features/ticket/public/thing.ts"));
  plant("web/src/app/private.ts", use("../features/ticket/thing.ts"), restricted);
  plant("web/src/ui/feature.ts", use("../features/ticket/public/thing.ts"), restricted);
  plant("web/src/ui/words.tsx", "export const words = () => <p>Hello there</p>;\n", "react(jsx-no-literals)");
  plant("web/src/ui/picture.tsx", 'export const picture = () => <img src="x" />;\n', "jsx-a11y(alt-text)");
  plant(
    "web/src/ui/hook.tsx",
    'import { useState } from "react";\nexport const useIt = (a: boolean) => (a ? useState(1)[0] : 0);\n',
    "react-hooks(rules-of-hooks)",
  );
  return list;
}

type Diagnostic = { code: string; filename: string };

async function lint(planted: readonly Plant[]): Promise<Diagnostic[]> {
  const folder = await mkdtemp(join(tmpdir(), "cantrip-lint-"));
  try {
    for (const file of [".oxlintrc.json", "tsconfig.json"]) await cp(join(root, file), join(folder, file));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    for (const { path, text } of planted) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const oxlint = join(root, "node_modules/oxlint/bin/oxlint");
    const options = { cwd: folder, maxBuffer: 1 << 26 };
    execFile(
      process.execPath,
      [oxlint, "--type-aware", "--format", "json", "src", "web"],
      options,
      (error, stdout, stderr) => {
        if (stdout.startsWith("{")) resolve(stdout);
        else reject(new Error(`oxlint said: ${stdout}${stderr}`, { cause: error }));
      },
    );
    // oxlint's own JSON: only these two fields matter here
    return (JSON.parse(await promise) as { diagnostics: Diagnostic[] }).diagnostics;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("the linter, on planted files,", () => {
  const planted = plants();
  const found = new Map<string, string[]>();

  beforeAll(async () => {
    for (const { filename, code } of await lint(planted)) found.set(filename, [...(found.get(filename) ?? []), code]);
  });
  afterAll(() => found.clear());

  test("reports every violation, by its rule", () => {
    const missed = planted.filter(({ path, breaks }) => breaks && !found.get(path)?.includes(breaks));
    expect(missed.map(({ path, breaks }) => `${path}: ${breaks}`)).toEqual([]);
  });

  test("reports nothing else", () => {
    const surplus = planted.flatMap(({ path, breaks }) =>
      (found.get(path) ?? []).filter((code) => code !== breaks).map((code) => `${path}: ${code}`),
    );
    expect(surplus).toEqual([]);
  });

  test("knows every layer of src", () => {
    const arrows = planted.filter(({ path, breaks }) => breaks === restricted && /\/to-[a-z]+\.ts$/.test(path));
    expect(arrows.length).toBeGreaterThan(100);
  });
});
