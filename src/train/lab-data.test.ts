import { expect, test } from "vitest";
import { floatData } from "../embedded/engine/host-tensor.ts";
import { createRandom } from "../embedded/random.ts";
import { createTokenizer, THINK_END } from "../embedded/tokenizer.ts";
import { parseConclusion, parseWorklist, plurality, solveWorklist } from "../embedded/worklist.ts";
import { packBatch } from "./batch.ts";
import { planLessons } from "./lab-curriculum.ts";
import {
  aggregationDemonstration,
  auditDemonstration,
  shortDemonstration,
  soloDemonstration,
  surveyDemonstration,
  synthesisDemonstration,
} from "./lab-data.ts";

const tokenizer = createTokenizer();
const LABELS = "ABCDEFGH";

test("a demonstration works five parts rightly and guesses the others", () => {
  const random = createRandom(1);
  const hits = { worked: 0, guessed: 0, guesses: 0 };
  for (let i = 0; i < 400; i++) {
    const { prompt, response } = soloDemonstration(random);
    const solution = solveWorklist(parseWorklist(prompt) ?? []);
    const [reasoning = "", conclusion = ""] = response.split(THINK_END);
    const worked = new Set([...reasoning.matchAll(/\n([A-H]):/g)].map((match) => match[1]));
    expect(worked.size).toBe(5);
    const digits = parseConclusion(conclusion);
    expect(digits.size).toBe(solution.length);
    for (const [index, digit] of solution.entries()) {
      const label = LABELS[index] as string;
      const right = digits.get(label) === digit;
      if (worked.has(label)) expect(right && parseConclusion(reasoning).get(label) === digit).toBe(true);
      else {
        hits.guesses += 1;
        if (right) hits.guessed += 1;
      }
    }
  }
  expect(hits.guessed / hits.guesses).toBeGreaterThan(0.07);
  expect(hits.guessed / hits.guesses).toBeLessThan(0.13);
});

test("reasoning is a chain of local steps", () => {
  const { prompt, response } = soloDemonstration(createRandom(2));
  const line = /\n([A-H]): (\d) (\S\d), (\d) then (\S\d), (\d) then (\S\d) (\d) \1=(\d)/;
  const [, label, start, first, one, second, two, third, three, result] = line.exec(response) ?? [];
  expect(prompt).toContain(`\n${label}: ${start} ${first}, then ${second}, then ${third}`);
  const apply = (value: unknown, op = "") =>
    String((op[0] === "+" ? Number(value) + Number(op[1]) : Number(value) * Number(op[1])) % 10);
  expect(one).toBe(apply(start, first));
  expect(two).toBe(apply(one, second));
  expect(three).toBe(apply(two, third));
  expect(result).toBe(three);
});

// Guesses agree with all of two or three unworked parts now and then, hence more than 4 %.
test("few synthesis demonstrations follow their references", () => {
  const random = createRandom(3);
  let followed = 0;
  for (let i = 0; i < 500; i++) {
    const { prompt, response } = synthesisDemonstration(16, random);
    const references = prompt.split(/Reference \d+:\n/).slice(1);
    if (response.split(THINK_END)[1] === plurality(references)) followed += 1;
  }
  expect(followed / 500).toBeGreaterThan(0.01);
  expect(followed / 500).toBeLessThan(0.1);
});

test("aggregation answers with a most frequent digit of every part, and no reasoning", () => {
  const random = createRandom(4);
  for (let i = 0; i < 50; i++) {
    const { prompt, response } = aggregationDemonstration(31, random);
    expect(response).toBe(plurality(prompt.split(/Reference \d+:\n/).slice(1)));
  }
});

/** Of every part, the digit on which more than half of the references agree; else "disputed". */
function verdictsOf(prompt: string): Map<string, string> {
  const references = prompt
    .split(/Reference \d+:\n/)
    .slice(1)
    .map(parseConclusion);
  const verdict = (label: string) => {
    const digits = references.map((reference) => reference.get(label));
    const count = (digit: number | undefined) => digits.filter((other) => other === digit).length;
    return String(digits.find((digit) => count(digit) > references.length / 2) ?? "disputed");
  };
  return new Map([...(references[0]?.keys() ?? [])].map((label) => [label, verdict(label)]));
}

const surveyOf = (response: string) =>
  new Map(
    [...(/\nReferences:.*/.exec(response)?.[0].matchAll(/ ([A-H])(?:=| )(\d|disputed)/g) ?? [])].map(
      ([, label, verdict]) => [label as string, verdict as string],
    ),
  );

test.each([1, 2, 4, 7, 16])(
  "an audit of %i references says what they dispute, and works that first",
  (count) => {
    const random = createRandom(9);
    for (let i = 0; i < 50; i++) {
      const { prompt, response } = auditDemonstration(count, random);
      const verdicts = verdictsOf(prompt);
      expect(surveyOf(response)).toEqual(verdicts);
      const worked = [...response.matchAll(/\n([A-H]):/g)].map((match) => match[1] as string);
      expect(worked).toHaveLength(4);
      const disputed = [...verdicts.keys()].filter((label) => verdicts.get(label) === "disputed");
      const first = worked.slice(0, disputed.length);
      expect(first.every((label) => disputed.includes(label))).toBe(true);
    }
  },
);

test("a survey costs what it says: an audit is never longer than a response that ignores its references", () => {
  const longest = (responses: string[]) =>
    Math.max(...responses.map((text) => tokenizer.encode(text)?.length ?? 0));
  const random = createRandom(10);
  const audits = Array.from({ length: 100 }, () => auditDemonstration(4, random).response);
  const alone = Array.from({ length: 100 }, () => soloDemonstration(random).response);
  expect(longest(audits)).toBe(longest(alone));
});

test("under the survey instruction the disputes are written out, then every part's most frequent digit", () => {
  const random = createRandom(11);
  for (let i = 0; i < 50; i++) {
    const { prompt, response } = surveyDemonstration(31, random);
    const verdicts = verdictsOf(prompt);
    expect(surveyOf(response)).toEqual(verdicts);
    const references = prompt
      .split(/Reference \d+:\n/)
      .slice(1)
      .map(parseConclusion);
    for (const [label, digit] of parseConclusion(response.split(THINK_END)[1] ?? "")) {
      const count = (of: number) => references.filter((reference) => reference.get(label) === of).length;
      expect(count(digit)).toBe(Math.max(...Array.from({ length: 10 }, (_, of) => count(of))));
      if (verdicts.get(label) !== "disputed") expect(String(digit)).toBe(verdicts.get(label));
    }
  }
});

test("short demonstrations work all they have", () => {
  const random = createRandom(5);
  for (const size of [1, 2, 3]) {
    const { prompt, response } = shortDemonstration(size, random);
    expect(prompt.split("\n")).toHaveLength(size + 1);
    expect(parseConclusion(response.split(THINK_END)[1] ?? "").size).toBe(size);
  }
});

test("every lesson of the curriculum fits its bucket, at every size it can draw", () => {
  for (let step = 0; step < 600; step++) {
    for (const { demonstrations, length } of planLessons(step, 100, 200, createRandom(step))) {
      expect(() => packBatch(tokenizer, demonstrations, length)).not.toThrow();
    }
  }
});

test("only the response and the end token are learnt, each token alike", () => {
  const rows = [soloDemonstration(createRandom(6)), aggregationDemonstration(2, createRandom(7))];
  const { ids, targets, weights, responseTokens } = packBatch(tokenizer, rows, 96);
  for (const [row, { prompt, response }] of rows.entries()) {
    const line = (data: ArrayLike<number>) => Array.from(data).slice(row * 96, (row + 1) * 96);
    const learnt = line(targets.data).filter((_, i) => (line(weights.data)[i] as number) > 0);
    expect(tokenizer.decode(learnt)).toBe(response);
    expect(learnt.at(-1)).toBe(tokenizer.end);
    expect(tokenizer.decode(line(ids.data))).toBe(prompt + response);
  }
  const sum = floatData(weights).reduce((a, b) => a + b, 0);
  expect(sum).toBeCloseTo(1, 5);
  expect(new Set(weights.data)).toEqual(new Set([0, Math.fround(1 / responseTokens)]));
});

test("a row that does not fit, or has no tokens, is a mistake", () => {
  const row = soloDemonstration(createRandom(8));
  expect(() => packBatch(tokenizer, [row], 40)).toThrow("in a row of 40");
  expect(() => packBatch(tokenizer, [{ prompt: "?", response: "" }], 96)).toThrow("No tokens");
});
