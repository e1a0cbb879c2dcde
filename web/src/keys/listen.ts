import { readKept, writeKept } from "../lib/kept.ts";
import { BINDINGS, COMMAND_IDS, type CommandId, bindingOf } from "./bindings.ts";
import { commands, runCommand } from "./commands.ts";
import { pressOf } from "./presses.ts";
import { awaitField, keepForField } from "./typed-ahead.ts";

/** How long the next press of a sequence may take, and how long `i` waits for the second `i`, in milliseconds. */
const SEQUENCE_TIMEOUT = 1500;
const LONGER_TIMEOUT = 300;

let pressed: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/** Whether keys without a modifier are taken. People who speak to their computer turn them off (WCAG 2.1.4). */
export function singleKeysOn(): boolean {
  return readKept("single-keys") !== "off";
}

export function setSingleKeys(on: boolean): void {
  writeKept("single-keys", on ? null : "off");
}

/** Takes the keyboard for the whole document. Returns what gives it back. */
export function listenForKeys(): () => void {
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

function onKeyDown(event: KeyboardEvent): void {
  // Escape leads away from a field, whoever has taken it.
  const isFree = !event.defaultPrevented || event.key === "Escape";
  if (isFree && !event.isComposing && keepForField(event)) return;
  const press = pressOf(event);
  if (press === null || event.defaultPrevented || event.isComposing) return;
  const typing = belongsToField(event.target);
  if (!typing && belongsToControl(event.target, press)) return;
  const sequence = [...pressed, press].join(" ");
  const open = COMMAND_IDS.filter((id) => isOpen(id, typing));
  const exact = open.find((id) => keysOf(id).includes(sequence));
  const longer = open.some((id) => keysOf(id).some((keys) => keys.startsWith(`${sequence} `)));
  reset();
  if (exact === undefined && !longer) return;
  event.preventDefault();
  if (exact !== undefined && !longer) {
    run(exact);
    return;
  }
  pressed = sequence.split(" ");
  const finish = (): void => {
    reset();
    if (exact !== undefined) run(exact);
  };
  timer = setTimeout(finish, exact === undefined ? SEQUENCE_TIMEOUT : LONGER_TIMEOUT);
}

function run(id: CommandId): void {
  if (runCommand(id) && bindingOf(id).toField === true) awaitField();
}

function reset(): void {
  clearTimeout(timer);
  pressed = [];
}

function keysOf(id: CommandId): readonly string[] {
  return BINDINGS[id].keys;
}

function isOpen(id: CommandId, typing: boolean): boolean {
  const binding = bindingOf(id);
  if (!commands.get().has(id)) return false;
  return binding.whileTyping === true || (!typing && singleKeysOn());
}

/** Where keys have a meaning of their own: texts, and whatever floats above the screen. */
function belongsToField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target.closest("dialog, [role=dialog], [role=menu], [role=listbox], [data-keys=own]") !== null) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Enter and Space press the button or link that has the focus. */
function belongsToControl(target: EventTarget | null, press: string): boolean {
  if (press !== "Enter" && press !== " ") return false;
  return (
    target instanceof Element && target.closest("a, button, summary, input, [role=button], [role=separator]") !== null
  );
}
