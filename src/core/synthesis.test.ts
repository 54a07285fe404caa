import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { compileTemplate, renderSynthesis, SYNTHESIS_TEMPLATE } from "./synthesis.ts";

interface Case {
  problem: string;
  messages: string[];
  prompt: string;
}

const file = new URL("../../test/fixtures/synthesis-prompts.json", import.meta.url);
const cases: Case[] = JSON.parse(readFileSync(file, "utf8"));

test.each(cases.map((c) => [JSON.stringify(c.problem).slice(0, 40), c] as const))(
  "P(x, M) is byte for byte the reference's for %s",
  (_, { problem, messages, prompt }) => {
    expect(Buffer.from(renderSynthesis(problem, messages))).toEqual(Buffer.from(prompt));
  },
);

test("an empty message set leaves the blank lines of the loop's place", () => {
  expect(renderSynthesis("x", [])).toContain("Reference Responses:\n\n\nNow, based on");
});

test("Jinja inside a problem or a message is text", () => {
  const nasty = "{{ original_prompt }} {% for x in y %} {# c #} {%- raw -%}";
  expect(renderSynthesis(nasty, [nasty]).split(nasty)).toHaveLength(3);
});

test("line ends, tabs and surrogate pairs of the messages stay as they are", () => {
  const odd = "\r\n\ta\u2028b 𝒙 \u0000\r";
  expect(renderSynthesis(odd, [odd]).split(odd)).toHaveLength(3);
});

test("a template of one's own gets the same variables", () => {
  const template = compileTemplate(
    "{% for r in ref_responses %}{{ loop.index0 }}:{{ r }}{% if not loop.last %}|{% endif %}{% endfor %} {{ original_prompt }}",
  );
  expect(template("q", ["a", "b"])).toBe("0:a|1:b q");
});

test("the same source compiles to the built-in prompt", () => {
  expect(compileTemplate(SYNTHESIS_TEMPLATE)("x", ["m"])).toBe(renderSynthesis("x", ["m"]));
});

test("a template that does not parse is refused by name", () => {
  expect(() => compileTemplate("{% for x %}")).toThrow(InvalidOptionError);
});
