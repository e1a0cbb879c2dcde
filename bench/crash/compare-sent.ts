import { MAYBE_DELIVERED } from "../../src/desk/delivery-jobs.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import type { MessageRow } from "../../src/storage/schema.ts";
import type { Accepted, ScriptedSmtp } from "../../test/support/scripted-smtp.ts";
import type { ByKey } from "./compare-letters.ts";
import { type Findings, fault } from "./findings.ts";
import { hashOf, keyIn } from "./letters.ts";
import { AGENT, SALES } from "./sales-inbox.ts";
import type { Traffic } from "./traffic.ts";

interface Sets {
  traffic: Traffic;
  sink: ScriptedSmtp;
  messages: readonly MessageRow[];
  byKey: ByKey;
}

/** What was to go out, by a name: of a reply its key, of what the desk writes by itself to whom or of what it is. */
interface Expected {
  name: string;
  files: string[];
  rows: readonly MessageRow[];
}

/** What arrived is what was promised: each reply and acknowledgement once, or shown to a person; each notification at most once. */
export async function compareSent({ traffic, sink, messages, byKey }: Sets, findings: Findings): Promise<void> {
  const arrived = new Map<string, string[][]>();
  for (const each of sink.accepted) {
    const { name, files } = await describe(each);
    arrived.set(name, [...(arrived.get(name) ?? []), files]);
  }
  const replies = traffic.replies.map(({ key, files }) => ({ name: key, files, rows: byKey.get(key) ?? [] }));
  const promised = [...replies, ...acknowledgements(traffic, messages)];
  for (const each of promised) compareOne(each, arrived.get(each.name) ?? [], findings);
  const told = traffic.letters
    .filter(({ kind, to }) => kind === "mail" && to === SALES)
    .map(({ key }) => `told ${key}`);
  compareTold(told, arrived, sink, findings);
  findings.out = promised.length + told.length;
  const known = new Set([...promised.map(({ name }) => name), ...told]);
  for (const name of arrived.keys()) if (!known.has(name)) fault(findings, "doubled", `${name} was sent by nobody`);
}

async function describe({ to, raw }: Accepted): Promise<{ name: string; files: string[] }> {
  const parsed = await parseMessage(Buffer.from(raw, "latin1"));
  const files = parsed.attachments.map(({ content }) => hashOf(content));
  const key = keyIn(parsed.text ?? parsed.html ?? "");
  const address = to.join();
  if (address === AGENT) return { name: `told ${key}`, files };
  return { name: address.includes("-reply-") ? (key ?? "") : `acknowledged ${address}`, files };
}

/** One for whoever wrote to the inbox that acknowledges, however often they wrote. */
function acknowledgements({ letters }: Traffic, messages: readonly MessageRow[]): Expected[] {
  const written = Map.groupBy(
    messages.filter(({ auto_kind, direction }) => auto_kind === "auto-reply" && direction === "out"),
    ({ to }) => to ?? "",
  );
  const expected = new Set(letters.filter(({ kind, to }) => kind === "mail" && to === SALES).map(({ from }) => from));
  return [...new Set([...expected, ...written.keys()])].map((from) => ({
    name: `acknowledged ${from}`,
    files: [],
    rows: written.get(from) ?? [],
  }));
}

function compareOne({ name, files, rows }: Expected, copies: readonly string[][], findings: Findings): void {
  const [message, ...more] = rows;
  if (message === undefined) fault(findings, "lost", `${name} is not in the database`);
  if (more.length > 0) fault(findings, "doubled", `${name} was written ${more.length + 1} times`);
  const unclear = message?.delivery_state === "failed" && message.delivery_error === MAYBE_DELIVERED;
  if (unclear) findings.unclear += 1;
  if (unclear && copies.length > 0) findings.unclearDelivered += 1;
  if (copies.length > 1) fault(findings, "doubled", `${name} arrived ${copies.length} times`);
  if (copies.length === 0 && !unclear) {
    fault(findings, "lost", `${name} is ${message?.delivery_state}: ${message?.delivery_error}`);
  }
  if (copies.some((each) => each.join() !== files.join())) fault(findings, "half", `${name} as it arrived`);
}

/**
 * A notification is let go before its end leaves, so that a death just then loses it and never doubles it. Each that is missing
 * must be one that had begun to leave.
 */
function compareTold(
  names: readonly string[],
  arrived: ReadonlyMap<string, string[][]>,
  { begun, accepted }: ScriptedSmtp,
  findings: Findings,
): void {
  const isToAgent = ({ to }: { to: string[] }): boolean => to.join() === AGENT;
  let brokenOff = begun.filter(isToAgent).length - accepted.filter(isToAgent).length;
  for (const name of names) {
    const copies = arrived.get(name)?.length ?? 0;
    if (copies > 1) fault(findings, "doubled", `${name} arrived ${copies} times`);
    if (copies > 0) continue;
    brokenOff -= 1;
    if (brokenOff < 0) fault(findings, "lost", name);
    else findings.untoldUsers += 1;
  }
}
