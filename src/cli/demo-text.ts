import { DAY } from "../domain/time.ts";
import { ORDER_PROBLEMS } from "./demo-problems-orders.ts";
import { PRODUCT_PROBLEMS } from "./demo-problems-product.ts";
import { SPAM_PROBLEMS } from "./demo-problems-spam.ts";
import type { Random } from "./demo-random.ts";

/** Something that a customer writes about. */
export interface Problem {
  label: string;
  /** How common it is. */
  weight: number;
  subjects: string[];
  complaints: string[];
  details: string[];
  answers: string[];
}

export const PROBLEMS = readProblems(ORDER_PROBLEMS + PRODUCT_PROBLEMS);
export const SPAM = readProblems(SPAM_PROBLEMS);

/** What the words in braces stand for in one ticket: the same in its subject and all its messages. */
export type Slots = Record<string, string>;

const PRODUCTS =
  "kettle|desk lamp|rain jacket|coffee grinder|headset|backpack|tea set|wool blanket|bike light|water bottle|keyboard|" +
  "notebook|frying pan|tent|pillow|wall clock|running shoe|camera strap|garden hose|board game";
const CITIES =
  "Leipzig|Lyon|Porto|Gdańsk|Bergen|Kraków|Zürich|Utrecht|Malmö|Bilbao|Tartu|Cork|Leeds|Austin|Toronto|Kyōto|Pune|Nairobi|" +
  "Montevideo|Göteborg";
const WORDS: Record<string, readonly string[]> = {
  product: PRODUCTS.split("|"),
  city: CITIES.split("|"),
  carrier: "Swiftpost|Red Fox Parcel|Northline|Hermelin|City Courier".split("|"),
  browser: "Firefox|Chrome|Safari|Edge|Vivaldi".split("|"),
  plan: "Team|Business|Studio|Starter".split("|"),
  page: "Reports|Settings|Dashboard|Contacts|Calendar|Billing|Projects|Import".split("|"),
};
const DAYS = "Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday".split("|");
const MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December".split("|");

/** Fills in what a ticket of the moment `at` is about. */
export function chooseSlots(random: Random, at: number): Slots {
  const slots: Slots = {};
  for (const [name, words] of Object.entries(WORDS)) slots[name] = random.pick(words);
  const day = new Date(at + (random.below(14) - 5) * DAY);
  const weekday = DAYS[day.getUTCDay()] ?? "";
  const date = `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()] ?? ""}`;
  return {
    ...slots,
    day: random.chance(0.3) ? weekday : date,
    order: `${random.pick(["A", "B", "W"])}-${10_000 + random.below(900_000)}`,
    amount: `${4 + random.below(180)}.${random.pick(["00", "50", "90", "95", "99"])} €`,
    n: String(2 + random.below(11)),
  };
}

const GREETINGS = [
  "Hello,",
  "Hi,",
  "Hi there,",
  "Good morning,",
  "Good afternoon,",
  "Dear support team,",
  "Hello everyone,",
];
const CLOSINGS = ["Thanks", "Thank you", "Best regards", "Kind regards", "Cheers", "Many thanks in advance", "Best"];
const REPLY_CLOSINGS = ["Best regards", "Kind regards", "All the best", "Have a good day"];
const FOLLOW_UPS = [
  "Thank you, that worked.",
  "Thanks for the quick answer. Now I see what was wrong.",
  "Any news on this? It has been {n} days.",
  "Unfortunately that did not help. It is still the same as on {day}.",
  "One more thing: I forgot to say that it began in {city}.",
  "Perfect, thank you very much!",
  "I have attached what you asked for.",
  "Please call me back, that would be easier.",
  "All good now, you can close this.",
  "It happened again today.",
  "I do not understand the second step. Could you explain it once more?",
  "Okay, I will wait until {day} then.",
];
const QUESTIONS = [
  "Could you tell me when exactly that was?",
  "Did it work? If not, just answer this mail.",
  "I have asked a colleague and come back to you by {day}.",
  "Sorry for the wait. I am still on it.",
  "Is there anything else that we can do for you?",
  "To be sure: is it still about {order}?",
];
const NOTES = [
  "Called them, nobody answered. Will try again on {day}.",
  "Same as last week, see the ticket about the {product}.",
  "Waiting for the warehouse.",
  "Developers know about it. Do not promise a date.",
  "Long-standing customer, please be generous.",
  "Refunded {amount}, bookkeeping is told.",
  "Asked {carrier}, reference {order}.",
  "@everyone who has seen this before?",
  "I think this can be closed if we hear nothing by {day}.",
  "Spoke to {city}, they send the missing part.",
];

/** A complaint in another language brings its own greeting. */
const GREETED = /^(Bonjour|Guten Tag|Hallo|Buenos días|Buongiorno|Olá|Здравствуйте|お世話に)/u;

/** The paragraphs of a customer's first message. */
export function firstMessage(random: Random, problem: Problem, slots: Slots, name: string): string[] {
  const text = [random.pick(problem.complaints)];
  const details = random.pickWeight([3, 5, 2]);
  if (problem.details.length > 0) {
    for (let index = 0; index < details; index += 1) text.push(random.pick(problem.details));
  }
  const body = fill([...new Set(text)].join(" "), slots);
  if (GREETED.test(body)) return [body, name];
  return random.chance(0.2) ? [body] : [random.pick(GREETINGS), body, `${random.pick(CLOSINGS)}\n${name}`];
}

export function customerFollowUp(random: Random, slots: Slots, name: string): string[] {
  const body = fill(random.pick(FOLLOW_UPS), slots);
  return random.chance(0.5) ? [body] : [body, `${random.pick(CLOSINGS)}\n${name}`];
}

/** An agent's reply; the first one answers the problem. */
export function agentReply(
  random: Random,
  problem: Problem,
  slots: Slots,
  people: { agent: string; customer: string; first: boolean },
): string[] {
  const answers = people.first || random.chance(0.3) ? problem.answers : QUESTIONS;
  const lines = [random.pick(answers)];
  if (people.first && random.chance(0.3)) lines.push(random.pick(QUESTIONS));
  const greeting = random.pick([`Hello ${people.customer},`, `Hi ${people.customer},`, `Dear ${people.customer},`]);
  return [greeting, ...lines.map((line) => fill(line, slots)), `${random.pick(REPLY_CLOSINGS)}\n${people.agent}`];
}

export function internalNote(random: Random, slots: Slots): string[] {
  return [fill(random.pick(NOTES), slots)];
}

export function fill(text: string, slots: Slots): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => slots[name] ?? name);
}

function readProblems(text: string): Problem[] {
  return text
    .split("\n# ")
    .slice(1)
    .map((block) => {
      const [head = "", ...lines] = block.split("\n");
      const kind = (letter: string): string[] =>
        lines.filter((line) => line.startsWith(`${letter} `)).map((line) => line.slice(2));
      const space = head.lastIndexOf(" ");
      return {
        label: head.slice(0, space),
        weight: Number(head.slice(space)),
        subjects: kind("s"),
        complaints: kind("c"),
        details: kind("d"),
        answers: kind("a"),
      };
    });
}
