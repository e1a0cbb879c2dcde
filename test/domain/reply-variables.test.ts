import { describe, expect, test } from "vitest";
import { type ReplyValues, fillVariables } from "../../src/domain/reply-variables.ts";

const VALUES: ReplyValues = {
  "customer.first_name": "Ruby",
  "customer.name": "Ruby <Miller> & Sons",
  "ticket.number": "17",
  "ticket.subject": "{{user.name}}",
  "user.name": "Mary Jones",
  "user.first_name": "",
  "inbox.name": "Support",
  "account.name": "Acme",
};

describe("a saved reply's variables", () => {
  test.each([
    ["Hi {{customer.first_name}},", "Hi Ruby,"],
    ["Hi {{ customer.first_name | there }},", "Hi Ruby,"],
    ["Hi {{user.first_name|there}},", "Hi there,"],
    ["Hi {{user.first_name}},", "Hi ,"],
    ["#{{ticket.number}} {{inbox.name}} {{account.name}}", "#17 Support Acme"],
    ["{{customer.nickname}} {{constructor}} {{ }}", "{{customer.nickname}} {{constructor}} {{ }}"],
    ["{{ticket.subject}}", "{{user.name}}"],
    ["{{customer.name}}", "Ruby <Miller> & Sons"],
  ])("%j becomes %j", (body, filled) => {
    expect(fillVariables(body, VALUES, false)).toBe(filled);
  });

  test("values are escaped in HTML, the author's own fallback is not", () => {
    expect(fillVariables("<p>{{customer.name}}</p>", VALUES, true)).toBe("<p>Ruby &lt;Miller&gt; &amp; Sons</p>");
    expect(fillVariables("{{user.first_name|<b>there</b>}}", VALUES, true)).toBe("<b>there</b>");
  });

  test("a body of nothing but braces is read once", () => {
    const body = "{{".repeat(100_000);
    expect(fillVariables(body, VALUES, true)).toBe(body);
  });
});
