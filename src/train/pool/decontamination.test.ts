import { expect, test } from "vitest";
import { seededRandom } from "../../core/random.ts";
import type { Problem } from "../../data/problem.ts";
import { worklistProblems } from "../../data/worklists.ts";
import { Decontamination } from "./decontamination.ts";
import { ngramHashes, tokensOf } from "./ngrams.ts";

const problem = (prompt: Problem["prompt"], more: Partial<Problem> = {}): Problem => ({
  id: "e1",
  prompt,
  answer: "4",
  kind: "math",
  ...more,
});

/** So many random words. */
function words(count: number, seed: number): string {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Math.floor(random() * 36 ** 5).toString(36)).join(" ");
}

function against(...prompts: Problem["prompt"][]) {
  const sets = new Decontamination();
  sets.add(
    prompts.map((prompt, i) => problem(prompt, { id: `e${i + 1}` })),
    "aime",
  );
  return (prompt: Problem["prompt"]) => sets.check(problem(prompt));
}

test("a problem of an evaluation set is found though its digits, case, width or spaces are others", () => {
  const check = against("A train goes 120 km in 1.5 hours.\nHow fast is it?");
  const same = { reason: "contaminated-text", detail: "e1 of aime" };
  for (const prompt of [
    "A train goes 120 km in 1.5 hours.\nHow fast is it?",
    "A TRAIN goes 7 km  in 12 hours. How fast is it?",
    "A train goes 1,200 km in ３ hours. How fast is it?",
    [
      { role: "system" as const, content: "Be brief." },
      { role: "user" as const, content: "A train goes 99 km in 2 hours. How fast is it?" },
    ],
  ])
    expect(check(prompt)).toEqual(same);
  expect(check("A ship goes 120 km in 1.5 hours. How fast is it?")).toBeUndefined();
});

test("digits count where they are not masked, and always in a work list", () => {
  const exact = new Decontamination({ maskDigits: false });
  exact.add([problem("2 + 2?")], "s");
  expect(exact.check(problem("2 + 2?"))?.reason).toBe("contaminated-text");
  expect(exact.check(problem("2 + 3?"))).toBeUndefined();
  const lists = worklistProblems({ count: 400 });
  const sets = new Decontamination();
  sets.add(lists.slice(0, 200), "held out");
  expect(lists.slice(200).filter((list) => sets.check(list))).toEqual([]);
  expect(sets.check(lists[5] as Problem)?.detail).toBe(`${lists[5]?.id} of held out`);
});

test("sixty-four words in a row are found anywhere in a problem, sixty-three are not", () => {
  const shared = words(64, 1);
  const check = against(`${words(40, 2)} ${shared} ${words(10, 3)}`);
  const found = { reason: "contaminated-ngram", detail: "e1 of aime" };
  expect(check(`${words(30, 4)}, (${shared.toUpperCase()})! ${words(5, 5)}`)).toEqual(found);
  expect(check(`${words(30, 4)} ${shared.split(" ").slice(1).join(" ")} ${words(5, 5)}`)).toBeUndefined();
  expect(check(`${words(30, 4)} ${shared.replaceAll(" ", " x ")}`)).toBeUndefined();
});

test("what three problems of a set share is how the set words its problems", () => {
  const format = words(70, 1);
  const own = (seed: number) => `${words(70, seed)} ${format}`;
  const check = against(own(2), own(3), own(4), own(5));
  expect(check(`${words(20, 6)} ${format}`)).toBeUndefined();
  expect(check(`${own(3)} more`)?.detail).toBe("e2 of aime");
  const sets = new Decontamination();
  sets.add(
    [own(2), own(2), own(2)].map((prompt) => problem(prompt)),
    "thrice the same",
  );
  expect(sets.figures).toMatchObject({ problems: 3, texts: 1, boilerplate: 0 });
  expect(sets.check(problem(`${words(9, 7)} ${own(2)}`))?.reason).toBe("contaminated-ngram");
});

test("words of scripts without spaces are characters", () => {
  expect(tokensOf("已知 x²+Y=１0，求 ไทย.")).toEqual(["已", "知", "x2", "y", "10", "求", "ไ", "ท", "ย"]);
  const text = "已知函数的图像经过点求其最大值与最小值".repeat(5);
  expect(against(text)(`问题：${text}`)?.reason).toBe("contaminated-ngram");
});

test("rolling hashes are those of each run by itself, and differ where runs do", () => {
  const tokens = words(300, 9).split(" ");
  const rolled = ngramHashes(tokens, 8);
  expect(rolled).toHaveLength(293);
  for (const at of [0, 1, 100, 292]) expect(rolled[at]).toBe(ngramHashes(tokens.slice(at, at + 8), 8)[0]);
  expect(new Set(rolled).size).toBe(293);
  const swapped = [...tokens.slice(0, 6), tokens[7], tokens[6]] as string[];
  expect(ngramHashes(swapped, 8)[0]).not.toBe(rolled[0]);
  expect(ngramHashes(["a", "a", "b"], 2)).not.toContain(ngramHashes(["b", "a"], 2)[0]);
  expect(ngramHashes(tokens, 301)).toEqual([]);
});
