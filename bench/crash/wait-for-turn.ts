// Loaded before the program, in a process that is to die later: what a process costs most is reading its modules, and
// that is done while the one before it still lives. Everything from reading the configuration on waits for its turn.
import { once } from "node:events";
import module from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { bundledFile } from "./wanted-packages.ts";

const packages = process.env["CRASH_PACKAGES"] ?? "";
module.registerHooks({
  resolve: (specifier, context, next) => {
    const file = bundledFile(packages, specifier);
    return file === null
      ? next(specifier, context)
      : { url: pathToFileURL(file).href, format: "module", shortCircuit: true };
  },
});

await import("../../src/cli/program.ts");
await import("../../src/cli/serve.ts");
await Promise.all([import("imapflow"), import("smtp-server"), import("mailauth")]);
// A process that is killed keeps no compiled code for the next one.
module.flushCompileCache();

// One line: the fail point, or nothing for none.
const lines = createInterface(process.stdin);
const [failPoint] = (await once(lines, "line")) as [string];
lines.close();
process.stdin.destroy();
if (failPoint !== "") process.env["CANTRIP_FAIL_POINT"] = failPoint;
