import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { caseSchema, scoreCase } from "../score-case.ts";

interface Fact {
  id: string;
  gold: string;
  pred: string;
  equal: boolean;
}

/** Our own facts, of the kinds of the public ones. Their truth does not come from this code. */
const path = new URL("../../../test/fixtures/math-equivalence-extra.jsonl", import.meta.url);
const facts = readFileSync(path, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Fact);

const judged = facts.map((fact) => ({ fact, score: scoreCase(caseSchema.parse(fact)) }));

test("every one of our own facts is judged right", () => {
  const wrong = judged.filter(({ fact, score }) => score.value !== (fact.equal ? 1 : 0));
  expect(wrong).toEqual([]);
  expect(facts.length).toBeGreaterThan(2300);
});

test("an answer that can be read equals itself", () => {
  const texts = new Set(facts.filter(({ equal }) => equal).flatMap(({ gold, pred }) => [gold, pred]));
  const unlike = [...texts].filter((text) => scoreCase({ gold: text, pred: text }).value !== 1);
  expect(unlike).toEqual([]);
});
