import { expect, test } from "vitest";
import { formatConclusion, formatWorklist, type Part } from "../embedded/worklist.ts";
import { withMessages } from "./instance.ts";
import { measureWorklist, partsCovered } from "./lab-measure.ts";

const part = (start: number): Part => ({ start, operations: ["+1", "+1", "+1"] });
const list = [0, 1, 2, 3, 4, 5].map(part);
const prompt = formatWorklist(list);
const entry = { problem: { id: "w", prompt, kind: "worklist" as const }, messages: [] };

/** References by their digits, A to F. */
const instance = (...digits: string[]) =>
  withMessages(
    entry,
    digits.map((line) => ({ text: formatConclusion([...line].map(Number)), score: 0 })),
  );

/** A response that works these parts and concludes with these digits. */
const response = (worked: string, digits: string) =>
  `<think>${[...worked].map((label) => `\n${label}: 0 +1, 1 then +1, 2 then +1 3 ${label}=3`).join("")}
</think>\n\n${formatConclusion([...digits].map(Number))}`;

// All three agree on A, B, C and D; two of three on E; on F each says something else.
const REFERENCES = ["345671", "345672", "345693"];

test("solipsism is the share of unworked parts whose most frequent digit was not taken", () => {
  // D, E and F are left. D's digit is taken and E's is not; F has three digits as frequent, of which 2 is one.
  const { solipsism } = measureWorklist(instance(...REFERENCES), response("ABC", "345612"));
  expect(solipsism).toBeCloseTo(1 / 3, 12);
  expect(measureWorklist(instance(...REFERENCES), response("ABC", "345672")).solipsism).toBe(0);
  expect(measureWorklist(instance(...REFERENCES), response("ABC", "999999")).solipsism).toBe(1);
});

test("cross-checking is how surely a worked part was more disputed than one that was left", () => {
  const checking = (worked: string) =>
    measureWorklist(instance(...REFERENCES), response(worked, "345672")).crossChecking;
  // Agreement is 3 3 3 3 2 1: E and F worked are below all that are left.
  expect(checking("EF")).toBe(1);
  // A and B against C D (ties, ½ each), E and F (more agreement than those, 0): 2·(½ + ½) of 8.
  expect(checking("AB")).toBe(0.25);
  // F against the five others: above none of them.
  expect(checking("F")).toBe(1);
  expect(checking("ABCDE")).toBe(0);
});

test("without references, without work, and without anything left there is nothing to measure", () => {
  expect(measureWorklist(withMessages(entry, []), response("ABC", "345678"))).toEqual({});
  expect(measureWorklist(instance(...REFERENCES), "A=3 B=4")).toEqual({});
  expect(measureWorklist(instance(...REFERENCES), response("ABCDEF", "345678"))).toEqual({});
});

test("a response that was cut off inside its reasoning says nothing of what it would have taken", () => {
  const [reasoning] = response("ABC", "345672").split("\n</think>");
  expect(measureWorklist(instance(...REFERENCES), reasoning as string)).toEqual({});
});

test("references that name no digits are passed over", () => {
  const odd = withMessages(entry, [
    ...instance(...REFERENCES).messages,
    { text: "I cannot tell.", score: null },
  ]);
  expect(measureWorklist(odd, response("ABC", "345672"))).toEqual(
    measureWorklist(instance(...REFERENCES), response("ABC", "345672")),
  );
});

test("work is covered by whichever sample did it, of the parts that the problem has", () => {
  const texts = [response("BD", "345678"), response("BA", "345678"), "B=4"];
  expect(partsCovered(entry.problem, texts)).toBe(3 / 6);
  expect(partsCovered(entry.problem, [...texts, response("CEF", "345678")])).toBe(1);
  expect(partsCovered(entry.problem, [])).toBe(0);
});
