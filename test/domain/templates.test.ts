import { describe, expect, test } from "vitest";
import { fillTemplate, isHtml, templateFault, textToHtml } from "../../src/domain/templates.ts";

describe("a template", () => {
  test("is filled in, with nothing for what has no value", () => {
    const values = { "user.name": "Mary", "user.email": null };
    expect(fillTemplate("{{user.name}}/{{ user.email }}/{{constructor}}", values, "text")).toBe("Mary//");
  });

  test("takes what it is filled with for text in HTML, also within an attribute", () => {
    const filled = fillTemplate('<a title="{{user.name}}">{{user.name}}</a>', { "user.name": `"><b>'&` }, "html");
    expect(filled).toBe('<a title="&quot;&gt;&lt;b&gt;&#39;&amp;">&quot;&gt;&lt;b&gt;&#39;&amp;</a>');
  });

  test("is filled once: a value that looks like a variable is none", () => {
    expect(fillTemplate("{{user.name}}", { "user.name": "{{user.email}}", "user.email": "x" }, "text")).toBe(
      "{{user.email}}",
    );
  });

  test("keeps what it is filled with on one line of text", () => {
    expect(fillTemplate("-- {{user.name}}", { "user.name": "Mary\r\n\r\nOn Monday you wrote:" }, "text")).toBe(
      "-- Mary On Monday you wrote:",
    );
  });

  test.each([
    ["<p>Hello</p>", true],
    ["Mary<br>Support", true],
    ["a < b and c > d", false],
    ["Mary <mary@desk.example>", false],
    ["see <https://desk.example/>", false],
  ])("%s is HTML: %s", (text, expected) => {
    expect(isHtml(text)).toBe(expected);
  });

  test("is refused when it names what there is not", () => {
    expect(templateFault("{{user.name}} {{user.password}}", ["user.name"])).toBe(
      "must not name {{user.password}}: known are {{user.name}}",
    );
    expect(templateFault("{{User.Name}}", ["user.name"])).toMatch(/^must not name \{\{User\.Name\}\}/);
    expect(templateFault("{{ user.name }} { {user.x}}", ["user.name"])).toBeNull();
  });

  test("text becomes HTML that shows the same", () => {
    expect(textToHtml("a < b\nc & d")).toBe("a &lt; b<br>\nc &amp; d");
  });
});
