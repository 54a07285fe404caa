import { expect, test } from "vitest";
import { scoreWorklist } from "../embedded/worklist.ts";
import { worklistProblems } from "./worklists.ts";

test("work lists are all different, and their answers solve them", () => {
  const problems = worklistProblems({ count: 300, seed: 1 });
  expect(new Set(problems.map(({ prompt }) => prompt)).size).toBe(300);
  for (const { prompt, answer } of problems) expect(scoreWorklist(String(prompt), String(answer))).toBe(1);
});

test("another seed gives other work lists", () => {
  const one = new Set(worklistProblems({ count: 100, seed: 1 }).map(({ prompt }) => prompt));
  expect(worklistProblems({ count: 100, seed: 2 }).some(({ prompt }) => one.has(prompt))).toBe(false);
});
