import type { SerializedError } from "vitest";
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from "vitest/node";

/**
 * One mark a file while running; then failures in full, the reasons for skips, what passed at the second try only, the slowest ten tests
 * when CANTRIP_TEST_SLOWEST=1 asks for them, the failures by name, and as the very last line `N passed, N failed[, N skipped]`.
 */
export class CompactReporter implements Reporter {
  #vitest: Vitest | undefined;
  #failed = 0;
  #counts = "0 passed, 0 failed";

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
    // At exit, because other parts of the run may still print, or fail, after the tests have ended.
    process.once("exit", (code) => {
      const brokenOutsideTests = code !== 0 && this.#failed === 0;
      say(brokenOutsideTests ? this.#counts.replace(", 0 failed", ", 1 failed") : this.#counts);
    });
  }

  onTestModuleEnd(module: TestModule): void {
    const tests = [...module.children.allTests()];
    const ran = tests.filter((test) => test.result().state !== "skipped").length;
    const ms = Math.round(module.diagnostic().duration);
    const mark = !module.ok() ? "FAIL" : ran === 0 ? "skip" : "ok";
    say(
      `${mark.padEnd(4)}  ${module.project.name.padEnd(8)}  ${module.relativeModuleId}  ${ran} of ${tests.length}, ${ms} ms`,
    );
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    if (modules.length === 0 && unhandled.length === 0) say("No test file matches.");
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    const skipped = inState("skipped");
    const failures = [...inState("failed"), ...brokenGroups(modules)];

    for (const failure of failures) this.#printFailure(failure);
    for (const error of unhandled) {
      say("\nUnhandled error, outside every test");
      this.#vitest?.logger.printError(error);
    }
    printSkips(skipped);
    printSecondTries(tests);
    if (process.env["CANTRIP_TEST_SLOWEST"] === "1") printSlowest(tests);

    this.#failed = failures.length + unhandled.length;
    if (this.#failed > 1) printTitles(failures);
    const skips = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
    this.#counts = `${inState("passed").length} passed, ${this.#failed} failed${skips}`;
    say("");
  }

  #printFailure(failure: TestCase | TestSuite | TestModule): void {
    const errors = failure.type === "test" ? (failure.result().errors ?? []) : failure.errors();
    say(`\nFAIL  ${title(failure)}`);
    for (const error of errors) this.#vitest?.logger.printError(error, { project: failure.project });
  }
}

// A file that cannot be loaded, or a group whose beforeAll or afterAll throws, has no failed test to show for it.
function brokenGroups(modules: readonly TestModule[]): (TestSuite | TestModule)[] {
  const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  return groups.filter((group) => group.errors().length > 0);
}

/** Once more in short, where one looks: behind the errors and next to the counts. */
function printTitles(failures: readonly (TestCase | TestSuite | TestModule)[]): void {
  say("\nFailed:");
  for (const failure of failures) say(`  ${title(failure)}`);
}

function printSkips(skipped: readonly TestCase[]): void {
  if (skipped.length === 0) return;
  const counts = new Map<string, number>();
  for (const test of skipped) {
    const reason = skipReason(test);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  say("\nSkipped:");
  for (const [reason, count] of counts) say(`  ${count}  ${reason}`);
}

/** Each hides a race, in the product or in itself. */
function printSecondTries(tests: readonly TestCase[]): void {
  const late = tests.filter((test) => test.diagnostic()?.flaky === true);
  if (late.length === 0) return;
  say("\nPassed at the second try only:");
  for (const test of late) say(`  ${title(test)}`);
}

function skipReason(test: TestCase): string {
  const result = test.result();
  if (result.state === "skipped" && result.note) return result.note;
  const missing = test.project.getProvidedContext().postgresMissing;
  if (missing) return missing;
  if (hasErrors(test.parent)) return `its group failed before it (${test.module.relativeModuleId})`;
  if (test.options.mode === "todo") return `still to be written (${test.module.relativeModuleId})`;
  // Its files are listed before anything runs, so that their groups are left out whole, without a word of their own.
  if (test.fullName.includes("the mail corpus")) return "the mail corpus is not beside this checkout";
  if (test.project.name === "sqlite") return "runs with PostgreSQL only";
  return `no reason given (${test.module.relativeModuleId})`;
}

function hasErrors(group: TestSuite | TestModule): boolean {
  return group.errors().length > 0 || (group.type === "suite" && hasErrors(group.parent));
}

function printSlowest(tests: readonly TestCase[]): void {
  say("\nSlowest:");
  const duration = (test: TestCase) => test.diagnostic()?.duration ?? 0;
  const slowest = tests.toSorted((a, b) => duration(b) - duration(a)).slice(0, 10);
  for (const test of slowest) say(`  ${Math.round(duration(test))} ms  ${title(test)}`);
}

function title(entity: TestCase | TestSuite | TestModule): string {
  const file = entity.type === "module" ? entity : entity.module;
  const name = entity.type === "module" ? "" : `  ${entity.fullName}`;
  return `${entity.project.name}  ${file.relativeModuleId}${name}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
