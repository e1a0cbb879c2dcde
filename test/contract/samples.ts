/**
 * Every sample request of the API's document, character for character and in its order, with what it says comes back.
 * `document.test.ts` compares this file with the document; `samples.test.ts` sends the requests. Long because the document is.
 */

/** The JSON type of a value, or those of its members. Elements of one shape count once; `[]` is an array printed empty. */
export type Shape = "string" | "number" | "boolean" | "null" | readonly Shape[] | { readonly [field: string]: Shape };

/** What a printed id stands for: `samples.test.ts` makes one of these and sends its id. */
export type Role =
  | "ticket"
  | "conversation"
  | "user"
  | "inbox"
  | "label"
  | "attachment"
  | "customer"
  | "contact"
  | "john"
  | "email address";

export interface Sample {
  /** The heading under which it stands. */
  section: string;
  method: string;
  /** A path, or the whole URL of a `curl` command. */
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** As printed; else what the document says in general, read with the contract. */
  status: number;
  /** The headers that are printed with the answer. */
  answers: readonly string[];
  /** The credits that the printed answer says were used. */
  used?: number;
  /** The printed answer's fields; absent when none is printed. */
  shape?: Shape;
  /** Fields printed with a value that are null when the request is sent: the sample contradicts its own question. */
  nulls?: readonly string[];
  /** What is there before the request, beside what its ids stand for. */
  given?: readonly Role[];
  /** How many results a list then has. */
  results?: number;
}

/** Where the document's printed field names break its own tables (see the contract: K1). */
export const MISPRINTS: Readonly<Record<string, string>> = { labels_ids: "label_ids", "first_name:": "first_name" };

/** What each printed id stands for. */
export const IDS: Readonly<Record<string, Role>> = {
  ticket_id: "conversation",
  label_id1: "label",
  label_id2: "label",
  label_id: "label",
  attachment_id: "attachment",
  customer_id: "customer",
  contact_id: "contact",
  email_address: "email address",
  "543abc": "ticket",
  "51e6e9": "conversation",
  "51b3e9": "ticket",
  "513e9c": "conversation",
  "513ecc": "ticket",
  "555acc": "user",
  "6130e332": "user",
  "522aaa": "user",
  "501efc": "user",
  "533bcd": "inbox",
  "41e3dc": "label",
  "423ccc": "label",
  "54318c": "attachment",
  "5338df": "attachment",
  "51f7a7": "customer",
  "51f846": "customer",
};

const TYPED = { "Content-Type": "application/json" };
const RATE = ["Rate-Limit-Limit", "Rate-Limit-Remaining", "Rate-Limit-Used", "Rate-Limit-Reset"];
const CHARGED = [...RATE, "Content-Type"];
const COUNTED = ["Total-Count", ...CHARGED];
const CREATED = ["Location", "Content-Type"];

const CONTACT = { id: "string", type: "string", value: "string" } as const;
const CUSTOMER = {
  id: "string",
  first_name: "string",
  last_name: "string",
  summary: "null",
  contacts: [CONTACT],
} as const;
const USER = { id: "string", first_name: "string", last_name: "string", email: "string" } as const;
const TICKET = {
  id: "string",
  number: "number",
  user_id: "string",
  state: "string",
  subject: "string",
  label_ids: ["string"],
  customer_id: "string",
  type: "string",
  inbox_id: "string",
  spam: "boolean",
  trash: "boolean",
  updated_at: "string",
  created_at: "string",
  summary: "string",
} as const;
const INBOUND = {
  id: "string",
  type: "string",
  direction: "string",
  from_name: "string",
  body: "string",
  htmlized: "boolean",
  from: "string",
  to: "string",
  user_id: "null",
  attachments: [],
  created_at: "string",
} as const;
const OUTBOUND = { ...INBOUND, from: "null", user_id: "string" } as const;
const ATTACHMENT = { id: "string", name: "string", size: "number", type: "string" } as const;

export const SAMPLES: readonly Sample[] = [
  {
    section: "Authentication",
    method: "GET",
    url: "https://site.enchant.com/api/v1/tickets",
    headers: { Authorization: "Bearer token" },
    status: 200,
    answers: [],
  },
  {
    section: "JSON Bodies",
    method: "PATCH",
    url: "https://site.enchant.com/api/v1/users/543abc",
    headers: TYPED,
    body: `{"first_name":"John"}`,
    status: 405,
    answers: [],
  },
  {
    section: "Limited HTTP Clients",
    method: "POST",
    url: "https://site.enchant.com/api/v1/users/543abc",
    headers: { "X-HTTP-Method-Override": "DELETE" },
    status: 405,
    answers: [],
  },
  {
    section: "Limited HTTP Clients",
    method: "GET",
    url: "https://site.enchant.com/api/v1/tickets",
    headers: { Authorization: "Basic token:X" },
    status: 200,
    answers: [],
  },
  {
    section: "Field Filtering",
    method: "GET",
    url: "/api/v1/users?fields=id,first_name",
    status: 200,
    answers: [],
    shape: [{ id: "string", first_name: "string" }],
    given: ["user", "user"],
  },
  {
    section: "Embedding",
    method: "GET",
    url: "/api/v1/tickets/543abc?embed=labels",
    status: 200,
    answers: [],
    shape: { id: "string", type: "string", label_ids: ["string"], labels: [{ id: "string", name: "string" }] },
  },
  {
    section: "Counting",
    method: "GET",
    url: "/api/v1/tickets?count=true",
    status: 200,
    answers: COUNTED,
    used: 2,
    shape: [],
    given: ["ticket", "ticket"],
    results: 2,
  },
  {
    section: "Enveloping",
    method: "GET",
    url: "/api/v1/users/does-not-exist?envelope=true",
    status: 200,
    answers: [],
    shape: {
      status: "number",
      headers: {
        "Rate-Limit-Limit": "number",
        "Rate-Limit-Remaining": "number",
        "Rate-Limit-Used": "number",
        "Rate-Limit-Reset": "number",
      },
      response: { message: "string" },
    },
  },
  {
    section: "Pagination",
    method: "GET",
    url: "/api/v1/tickets?per_page=15&page=2",
    status: 200,
    answers: [],
    given: Array.from({ length: 17 }, (): Role => "ticket"),
    results: 2,
  },
  {
    section: "Sorting",
    method: "GET",
    url: "/api/v1/tickets?sort=-updated_at",
    status: 200,
    answers: [],
    given: ["ticket", "ticket"],
    results: 2,
  },
  {
    section: "Listing tickets",
    method: "GET",
    url: "/api/v1/tickets",
    status: 200,
    answers: [],
    given: ["ticket"],
    results: 1,
  },
  {
    section: "Listing tickets",
    method: "GET",
    url: "/api/v1/tickets?user_id=null&sort=-updated_at&count=true&per_page=1",
    status: 200,
    answers: COUNTED,
    used: 2,
    shape: [TICKET],
    nulls: ["user_id"],
    given: ["ticket", "ticket"],
    results: 1,
  },
  { section: "Getting a single ticket", method: "GET", url: "/api/v1/tickets/ticket_id", status: 200, answers: [] },
  {
    section: "Getting a single ticket",
    method: "GET",
    url: "/api/v1/tickets/51e6e9&embed=customer",
    status: 200,
    answers: CHARGED,
    used: 2,
    shape: { ...TICKET, customer: CUSTOMER },
  },
  ...[
    `{
  "state": "closed"
}`,
    `{
  "user_id": "555acc"
}`,
    `{
  "trash": true
}`,
    `{
  "label_ids": [
    "41e3dc",
    "423ccc"
  ]
}`,
  ].map((body) => ({
    section: "Updating a ticket",
    method: "PATCH",
    url: "/api/v1/tickets/51b3e9",
    headers: TYPED,
    body,
    status: 200,
    answers: [],
  })),
  {
    section: "Adding or removing labels",
    method: "PUT",
    url: "/api/v1/tickets/ticket_id/labels/label_id",
    headers: TYPED,
    status: 204,
    answers: [],
  },
  {
    section: "Adding or removing labels",
    method: "PUT",
    url: "/api/v1/tickets/ticket_id/labels/label_id1,label_id2",
    headers: TYPED,
    status: 204,
    answers: [],
  },
  {
    section: "Adding or removing labels",
    method: "DELETE",
    url: "/api/v1/tickets/ticket_id/labels/label_id",
    status: 204,
    answers: [],
  },
  {
    section: "Adding or removing labels",
    method: "DELETE",
    url: "/api/v1/tickets/ticket_id/labels/label_id1,label_id2",
    status: 204,
    answers: [],
  },
  {
    section: "Creating a new ticket",
    method: "POST",
    url: "/api/v1/tickets",
    headers: TYPED,
    body: `{
  "customer": {
    "first_name": "John",
    "last_name": "Smith",
    "contacts": [
      {
        "type": "email",
        "value": "john@example.com"
      }
    ]
  },
  "messages": [
    {
      "type": "note",
      "user_id": "6130e332",
      "body": "IP address: 1.2.3.4, Page: https://site.com/page"
    },{
      "type": "reply",
      "direction": "in",
      "from_name": "John Smith",
      "from": "john@example.com",
      "body": "My package didn't arrive. Help!"
    }
  ],
  "type": "email",
  "user_id": "522aaa",
  "inbox_id": "533bcd",
  "subject": "Where's my package?"
}`,
    status: 201,
    answers: CREATED,
    shape: { ...TICKET, label_ids: [], summary: "null" },
  },
  {
    section: "Listing messages",
    method: "GET",
    url: "/api/v1/tickets/ticket_id?embed=messages",
    status: 200,
    answers: [],
  },
  {
    section: "Listing messages",
    method: "GET",
    url: "/api/v1/tickets/513e9c?embed=messages",
    status: 200,
    answers: CHARGED,
    used: 2,
    shape: { ...TICKET, label_ids: [], messages: [INBOUND, OUTBOUND] },
  },
  {
    section: "Creating a new inbound reply",
    method: "POST",
    url: "/api/v1/tickets/513ecc/messages",
    headers: TYPED,
    body: `{
  "direction": "in",
  "type": "reply",
  "from": "chris@example.com",
  "body": "Thank you for your help!"
}`,
    status: 201,
    answers: [],
  },
  {
    section: "Creating a new outbound reply",
    method: "POST",
    url: "/api/v1/tickets/513ecc/messages",
    headers: TYPED,
    body: `{
  "direction": "out",
  "type": "reply",
  "to": "chris@example.com",
  "body": "Hi Chris, I can help! Here's what you need to do ...",
  "user_id": "501efc"
}`,
    status: 201,
    answers: [],
  },
  {
    section: "Getting an attachment",
    method: "GET",
    url: "/api/v1/attachments/attachment_id",
    status: 200,
    answers: [],
  },
  {
    section: "Getting an attachment",
    method: "GET",
    url: "/api/v1/attachments/54318c",
    status: 200,
    answers: CHARGED,
    used: 1,
    shape: ATTACHMENT,
  },
  {
    section: "Creating an attachment",
    method: "POST",
    url: "/api/v1/attachments",
    headers: {
      ...TYPED,
      "Rate-Limit-Limit": "100",
      "Rate-Limit-Remaining": "99",
      "Rate-Limit-Used": "1",
      "Rate-Limit-Reset": "20",
    },
    body: `{
  "name": "MyFile.zip",
  "type": "application/zip",
  "data": "UEsDBAoAAAAAAFmu/kLPx4wKGwAAABsAAAAKABwAcmVhZG1lLnR4dFVUCQAD
           OjX4UTo1+FF1eAsAAQToAwAABOgDAABNYXkgdGhlIGZvcmNlIGJlIHdpdGgg
           eW91LgpQSwECHgMKAAAAAABZrv5Cz8eMChsAAAAbAAAACgAYAAAAAAABAAAA
           tIEAAAAAcmVhZG1lLnR4dFVUBQADOjX4UXV4CwABBOgDAAAE6AMAAFBLBQYA
           AAAAAQABAFAAAABfAAAAAAA="
}`,
    status: 201,
    answers: CREATED,
    shape: ATTACHMENT,
  },
  {
    section: "Creating an attachment",
    method: "POST",
    url: "/api/v1/tickets/513ecc/messages",
    headers: TYPED,
    body: `{
  "type": "note",
  "body": "Attaching the file!",
  "htmlized": false,
  "user_id": "501efc",
  "attachment_ids": [
    "5338df"
  ]
}`,
    status: 201,
    answers: [],
  },
  { section: "Listing users", method: "GET", url: "/api/v1/users", status: 200, answers: [] },
  {
    section: "Listing users",
    method: "GET",
    url: "/api/v1/users",
    status: 200,
    answers: CHARGED,
    used: 1,
    shape: [USER],
    given: ["user"],
    results: 2,
  },
  { section: "Listing customers", method: "GET", url: "/api/v1/customers", status: 200, answers: [] },
  {
    section: "Listing customers",
    method: "GET",
    url: "/api/v1/customers",
    status: 200,
    answers: CHARGED,
    used: 1,
    shape: [CUSTOMER],
    given: ["customer", "customer"],
    results: 2,
  },
  {
    section: "Find a customer by email address",
    method: "GET",
    url: "/api/v1/customers?contacts.type=email&contacts.value=email_address",
    status: 200,
    answers: [],
    results: 1,
  },
  {
    section: "Find a customer by email address",
    method: "GET",
    url: "/api/v1/customers?contacts.type=email&contacts.value=john@example.com",
    status: 200,
    answers: CHARGED,
    used: 1,
    shape: [CUSTOMER],
    given: ["customer", "john"],
    results: 1,
  },
  { section: "Get a single customer", method: "GET", url: "/api/v1/customers/customer_id", status: 200, answers: [] },
  {
    section: "Get a single customer",
    method: "GET",
    url: "/api/v1/customers/51f7a7",
    status: 200,
    answers: CHARGED,
    used: 1,
    shape: CUSTOMER,
  },
  ...[
    `{
  "first_name": "Maggy",
  "last_name": "Miller"
}`,
    `{
  "contacts": [
    {
      "type": "email",
      "value": "maggy@example.com"
    }
  ]
}`,
    `{
  "summary": "VIP customer"
}`,
  ].map((body) => ({
    section: "Updating a customer",
    method: "PATCH",
    url: "/api/v1/customers/51f7a7",
    headers: TYPED,
    body,
    status: 200,
    answers: [],
  })),
  {
    section: "Creating a new customer",
    method: "POST",
    url: "/api/v1/customers",
    headers: TYPED,
    body: `{
  "first_name": "John",
  "last_name": "Smith",
  "contacts": [
    {
      "type": "email",
      "value": "john@example.com"
    }
  ]
}`,
    status: 201,
    answers: CREATED,
    shape: CUSTOMER,
  },
  {
    section: "Creating a contact",
    method: "POST",
    url: "/api/v1/customers/51f846",
    headers: TYPED,
    body: `{
  "type": "email",
  "value": "john@example.com"
}`,
    status: 201,
    answers: CREATED,
    shape: CONTACT,
  },
  {
    section: "Deleting a contact",
    method: "DELETE",
    url: "/api/v1/customers/customer_id/contacts/contact_id",
    status: 204,
    answers: [],
  },
];
