import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const files = listFiles().filter((file) => file !== "" && existsSync(join(root, file)));
const code = files.filter((file) => /^(src|web|test|bench|bin)\/.*\.(ts|tsx|js)$/.test(file));
const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** What git tracks or would track; without git, whatever is there. */
function listFiles(): string[] {
  const list = ["-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"];
  try {
    return execFileSync("git", list, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n");
  } catch {
    const besides = new Set(["node_modules", ".git", "data", "dist"]);
    const found = globSync(["**/*", ".*"], {
      cwd: root,
      withFileTypes: true,
      exclude: (each) => besides.has(each.name),
    });
    return found.filter((each) => each.isFile()).map((each) => relative(root, join(each.parentPath, each.name)));
  }
}

/** The files whose text matches, as `file: match`. */
function matches(among: readonly string[], pattern: RegExp): string[] {
  return among.flatMap((file) => {
    const found = pattern.exec(read(file));
    return found ? [`${file}: ${found[0]}`] : [];
  });
}

describe("the names of files", () => {
  test("say what is inside", () => {
    expect(code.filter((file) => /(^|\/)(utils?|helpers?|misc|common|index)(\.|\/)/.test(file))).toEqual([]);
  });

  test("are in kebab-case", () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config|d))?\.(ts|tsx|js)$/;
    expect(code.filter((file) => !kebab.test(file.slice(file.lastIndexOf("/") + 1)))).toEqual([]);
  });
});

describe("the code", () => {
  test("has no default exports", () => {
    expect(matches(code, /^export default/m)).toEqual([]);
  });

  test("leaves no notes to finish it later", () => {
    expect(
      matches(
        code.filter((file) => file.startsWith("src/")),
        /\b(TODO|FIXME|XXX)\b/,
      ),
    ).toEqual([]);
  });

  // The linter's layer rules see static imports only. A package may be loaded when it is needed, a layer may not.
  test("loads modules of its own on demand only in the command line and the composition root", () => {
    const elsewhere = code.filter((file) => file.startsWith("src/") && !/^src\/(cli\/|main\.ts)/.test(file));
    expect(matches(elsewhere, /\bimport\(\s*["'`]\.[^)]*\)/)).toEqual([]);
  });
});

describe("the packages", () => {
  const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
  const lock = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { version?: string; resolved?: string; optionalDependencies?: Record<string, string> }>;
  };

  test("each have a line in docs/dependencies.md", () => {
    const named = read("docs/dependencies.md");
    const all = [...Object.keys(manifest["dependencies"] ?? {}), ...Object.keys(manifest["devDependencies"] ?? {})];
    expect(all.filter((name) => !named.includes(`\`${name}\``))).toEqual([]);
  });

  test("are locked without naming a registry", () => {
    const named = Object.entries(lock.packages).filter(([, each]) => each.resolved);
    expect(named.map(([path]) => path)).toEqual([]);
  });

  // npm drops the builds of platforms that a registry does not carry, and `npm ci` then refuses the lock file.
  test("are locked for every platform that they are built for", () => {
    const optional = Object.values(lock.packages).flatMap((each) => Object.keys(each.optionalDependencies ?? {}));
    expect(optional.filter((name) => !lock.packages[`node_modules/${name}`]?.version)).toEqual([]);
  });
});

describe("what is tracked", () => {
  const text = files.filter((file) => !/\.(eml|mbox|png|jpg|gif|ico|woff2?|tar|gz|db)$/.test(file));

  test("names no folder of anybody's machine", () => {
    const machinePath = new RegExp(
      String.raw`(^|[\s"'\`(=])/(${["work", "home", "root", "Users"].join("|")})/[a-z]`,
      "m",
    );
    expect(
      matches(
        // What other people's mail says is theirs.
        text.filter((file) => !file.includes("fixtures/") && file !== "test/mail/corpus-expectations.ts"),
        machinePath,
      ),
    ).toEqual([]);
  });

  test("names no package registry", () => {
    const registry = new RegExp(["registry", "(npmjs|yarnpkg)"].join(String.raw`\.`));
    expect(matches(text, registry)).toEqual([]);
  });
});
