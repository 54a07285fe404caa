import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { caseSchema, scoreCase } from "../score-case.ts";
import { mathNormalForm } from "./normal-form.ts";

interface Fact {
  id: string;
  gold: string;
  pred: string;
  equal: boolean;
  kind?: string;
  opts?: object;
}

const path = new URL("../../../test/fixtures/math-equivalence.jsonl", import.meta.url);
const facts = readFileSync(path, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Fact);

const judged = facts.map((fact) => ({ fact, score: scoreCase(caseSchema.parse(fact)) }));

test("no two different answers of the public facts are called equal", () => {
  expect(judged.filter(({ fact, score }) => !fact.equal && score.value === 1)).toEqual([]);
});

test("at least 97 % of the public facts are judged right", () => {
  const wrong = judged.filter(({ fact, score }) => score.value !== (fact.equal ? 1 : 0));
  expect(wrong.length / facts.length, JSON.stringify(wrong, null, 1)).toBeLessThanOrEqual(0.03);
  expect(facts.length).toBe(385);
});

const plain = facts.filter(({ kind, opts }) => kind === "math" && opts === undefined);

test("different answers have different normal forms", () => {
  const clashes = plain.filter(
    ({ gold, pred, equal }) => !equal && mathNormalForm(gold) === mathNormalForm(pred),
  );
  expect(clashes).toEqual([]);
});

test("most equal answers have the same normal form", () => {
  const equal = plain.filter((fact) => fact.equal);
  const same = equal.filter(({ gold, pred }) => mathNormalForm(gold) === mathNormalForm(pred));
  expect(same.length / equal.length).toBeGreaterThan(0.85);
});
