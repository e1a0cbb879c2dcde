import { contactKey } from "../domain/contact-values.ts";
import type { ContactType, LABEL_COLORS } from "../domain/states.ts";
import { NAME_GROUPS, NAME_WEIGHTS } from "./demo-names.ts";
import { Random } from "./demo-random.ts";

/** The agents, and how much of the work each does. */
export const AGENTS = [
  { first: "Nora", last: "Lindqvist", load: 30 },
  { first: "Tobias", last: "Okafor", load: 22 },
  { first: "Mei", last: "Tanaka", load: 16 },
  { first: "Diego", last: "Fuentes", load: 12 },
  { first: "Sana", last: "Rahimi", load: 8 },
  { first: "Piotr", last: "Zieliński", load: 6 },
  { first: "Chloé", last: "Besson", load: 4 },
  { first: "Sam", last: "Holloway", load: 2 },
] as const;

export const INBOXES = [
  { name: "Support", address: "support@rosewater.example", weight: 70 },
  { name: "Billing", address: "billing@rosewater.example", weight: 20 },
  { name: "Hello", address: "hello@rosewater.example", weight: 10 },
] as const;

/** The labels. A problem's own is put on often, those with a `rate` on any ticket now and then. */
export const LABELS: readonly { name: string; color: (typeof LABEL_COLORS)[number]; rate: number }[] = [
  { name: "shipping", color: "blue", rate: 0 },
  { name: "billing", color: "green", rate: 0 },
  { name: "bug", color: "red", rate: 0 },
  { name: "refund", color: "teal", rate: 0 },
  { name: "login", color: "indigo", rate: 0 },
  { name: "returns", color: "amber", rate: 0 },
  { name: "how-to", color: "gray", rate: 0 },
  { name: "feature request", color: "purple", rate: 0 },
  { name: "urgent", color: "orange", rate: 0.04 },
  { name: "vip", color: "pink", rate: 0.02 },
  { name: "partner", color: "teal", rate: 0.004 },
  { name: "legal", color: "gray", rate: 0.002 },
  { name: "press", color: "purple", rate: 0.0005 },
];

export interface Person {
  first: string | null;
  last: string | null;
  /** As people see it: the name, else the address. */
  name: string;
  summary: string | null;
  contacts: { type: ContactType; value: string; key: string }[];
}

const DOMAINS = "mail.example|post.example|inbox.example|office.example|studio.example|example.org|example.net".split(
  "|",
);
const SUMMARIES = [
  "Buys for a school, always needs an invoice.",
  "Prefers to be called in the afternoon.",
  "Runs a shop of her own, knows our products well.",
  "Has the Business plan since the first year.",
  "Writes in French, reads English.",
];

/** Fictional numbers: 555-0100 to 555-0199 of each area are never given to anybody. */
const PHONES = 70_000;

/** The customer with that number: a function of the seed, so that nobody has to be remembered. */
export function customerOf(seed: number, index: number): Person {
  const random = new Random(seed, 1, index);
  const group = NAME_GROUPS[random.pickWeight(NAME_WEIGHTS)] ?? NAME_GROUPS[0];
  if (group === undefined) throw new Error("there are no names");
  const nameless = random.chance(0.04);
  const first = nameless ? null : random.pick(group.first);
  const last = nameless || random.chance(0.05) ? null : random.pick(group.last);
  const handle = `${plainLetters([first, last].filter(Boolean).join("."))}${index.toString(36)}`;
  const contacts = [contact("email", `${handle}@${random.pick(DOMAINS)}`)];
  if (random.chance(0.2) && index < PHONES) contacts.push(contact("phone", phoneNumber(index)));
  if (random.chance(0.05)) contacts.push(contact("twitter", `@${handle.replaceAll(".", "_").slice(0, 30)}`));
  return {
    first,
    last,
    name: [first, last].filter(Boolean).join(" ") || (contacts[0]?.value ?? ""),
    summary: random.chance(0.03) ? random.pick(SUMMARIES) : null,
    contacts,
  };
}

function contact(type: ContactType, value: string): Person["contacts"][number] {
  return { type, value, key: contactKey(type, value) };
}

function phoneNumber(index: number): string {
  return `+1 ${201 + Math.floor(index / 100)} 555 ${String(100 + (index % 100)).padStart(4, "0")}`;
}

/** What an address is made of: letters without accents; a name in another script gives none. */
function plainLetters(name: string): string {
  const plain = name.normalize("NFKD").replaceAll("ł", "l").replaceAll("ø", "o").replaceAll("ß", "ss").toLowerCase();
  return plain.replace(/[^a-z.]/g, "").replace(/^\.|\.$/g, "") || "customer";
}
