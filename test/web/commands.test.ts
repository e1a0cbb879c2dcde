import { afterEach, expect, test } from "vitest";
import { commands, register, runCommand } from "../../web/src/keys/commands.ts";

const taken: (() => void)[] = [];
afterEach(() => {
  for (const release of taken.splice(0)) release();
});

/** Registers a handler that notes its name. */
function note(ran: string[], name: string, first?: boolean): void {
  taken.push(register("ticket.close", () => void ran.push(name), first));
}

test("a command is run by the newest of the screens that take it", () => {
  const ran: string[] = [];
  note(ran, "list");
  note(ran, "ticket");
  expect(runCommand("ticket.close")).toBe(true);
  expect(ran).toEqual(["ticket"]);
});

test("what goes first goes before screens that came later, and when it is gone they take the command again", () => {
  const ran: string[] = [];
  note(ran, "selection", true);
  note(ran, "ticket");
  runCommand("ticket.close");
  taken.shift()?.();
  runCommand("ticket.close");
  expect(ran).toEqual(["selection", "ticket"]);
});

test("a command that no screen takes is not run", () => {
  expect(commands.get().has("ticket.close")).toBe(false);
  expect(runCommand("ticket.close")).toBe(false);
});
