import { expect, test } from "vitest";
import { compileTemplate, SYNTHESIS_TEMPLATE } from "../core/synthesis.ts";
import { AGGREGATION_TEMPLATE, aggregationPrompt, synthesisPrompt } from "./prompts.ts";
import { createTokenizer, THINK_END, VOCABULARY } from "./tokenizer.ts";
import { sampleProblem } from "./worklist.ts";

const tokenizer = createTokenizer();

const messages = (count: number) =>
  Array.from({ length: count }, (_, i) => `A=${i % 10} B=2 C=3 D=4 E=5 F=6 G=7 H=8`);

test.each([1, 2, 11, 64])("prompts of %i references are what the templates render", (count) => {
  const problem = sampleProblem(3);
  const render = (template: string) => compileTemplate(template)(problem, messages(count));
  expect(synthesisPrompt(problem, messages(count))).toBe(render(SYNTHESIS_TEMPLATE));
  expect(aggregationPrompt(messages(count))).toBe(render(AGGREGATION_TEMPLATE));
});

test.each([
  ["a problem", sampleProblem(1)],
  ["64 references", synthesisPrompt(sampleProblem(2), messages(64))],
  ["an empty reference", synthesisPrompt(sampleProblem(2), ["", "A=1 B=2"])],
  ["aggregation", aggregationPrompt(messages(3))],
  ["a response", `<think>\nA: 7 ×3, 1 then +4, 5 then ×9 5 A=5${THINK_END}A=5 B=3`],
  ["nothing", ""],
])("the tokens of %s concatenate to it", (_, text) => {
  const tokens = tokenizer.encode(text);
  expect(tokens?.map((id) => VOCABULARY[id]).join("")).toBe(text);
  expect(tokenizer.decode(tokens ?? [])).toBe(text);
});

test("32 references of eight parts stay near 300 tokens", () => {
  expect(tokenizer.encode(synthesisPrompt(sampleProblem(2), messages(32)))?.length).toBeLessThan(340);
});

test.each(["What is 2+2?", "한국어 🙂", `${sampleProblem(1)}?`, "</s>", "B=3"])(
  "%j has no tokens",
  (text) => {
    expect(tokenizer.encode(text)).toBeUndefined();
  },
);

test("no two tokens are the same, and only the end token stands for no text", () => {
  expect(new Set(VOCABULARY).size).toBe(VOCABULARY.length);
  expect(tokenizer.decode([tokenizer.end])).toBe("");
});

test("a vocabulary without its marks is refused", () => {
  expect(() => createTokenizer(["a"])).toThrow("lacks");
});
