// Loaded before the program, in a process that is to die later: what a process costs most is reading its modules, and
// that is done while the one before it still lives. Everything from reading the configuration on waits for its turn.
import { once } from "node:events";
import { readdirSync } from "node:fs";
import module from "node:module";
import { createInterface } from "node:readline";
import { programModule } from "../../bin/built.js";

// As built, or as it is in the sources: `serve` is read when it is called.
const program = new URL(await programModule());
await import(program.href);
const serve = readdirSync(new URL(".", program)).filter((name) => /^serve[.-]/.test(name));
await Promise.all(serve.map(async (name) => await import(new URL(name, program).href)));
await Promise.all([import("imapflow"), import("smtp-server"), import("mailauth")]);
// A process that is killed keeps no compiled code for the next one.
module.flushCompileCache();

// One line: the fail point, or nothing for none.
const lines = createInterface(process.stdin);
const [failPoint] = (await once(lines, "line")) as [string];
lines.close();
process.stdin.destroy();
if (failPoint !== "") process.env["CANTRIP_FAIL_POINT"] = failPoint;
