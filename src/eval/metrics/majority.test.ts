import { expect, test } from "vitest";
import { type AnswerGroup, majorityVote } from "./majority.ts";

/** By listing every subset. */
function byEnumeration(groups: readonly AnswerGroup[], abstaining: number, k: number): number {
  const samples = [
    ...groups.flatMap(({ size }, g) => Array<number>(size).fill(g)),
    ...Array<number>(abstaining).fill(-1),
  ];
  let [sum, count] = [0, 0];
  for (let mask = 0; mask < 1 << samples.length; mask++) {
    const drawn = samples.filter((_, i) => mask & (1 << i));
    if (drawn.length !== k) continue;
    count++;
    const votes = groups.map((_, g) => drawn.filter((d) => d === g).length);
    const most = Math.max(0, ...votes);
    const winners = groups.filter((_, g) => most > 0 && votes[g] === most);
    if (winners.length > 0) sum += winners.reduce((s, { value }) => s + value, 0) / winners.length;
  }
  return sum / count;
}

test("two right and one wrong sample: a vote of one or two is right 2/3 of the time, of three always", () => {
  // K = 2: {r,r} right; {r,w} twice a tie, half right each: (1 + 1/2 + 1/2) / 3.
  const curve = majorityVote(
    [
      { size: 2, value: 1 },
      { size: 1, value: 0 },
    ],
    0,
    3,
  );
  expect(curve[0]).toBeCloseTo(2 / 3, 12);
  expect(curve[1]).toBeCloseTo(2 / 3, 12);
  expect(curve[2]).toBeCloseTo(1, 12);
});

test("samples without an answer take a place but cast no vote", () => {
  // One right, one silent: K = 1 is right half the time, K = 2 always.
  expect(majorityVote([{ size: 1, value: 1 }], 1, 2)).toEqual([0.5, 1]);
  expect(majorityVote([], 3, 2)).toEqual([0, 0]);
});

test("counting subsets agrees with listing them, for every K", () => {
  const cases: [AnswerGroup[], number][] = [
    [
      [
        { size: 4, value: 1 },
        { size: 3, value: 0 },
        { size: 3, value: 0 },
      ],
      2,
    ],
    [
      [
        { size: 1, value: 1 },
        { size: 1, value: 0 },
        { size: 1, value: 0 },
        { size: 5, value: 0.25 },
      ],
      0,
    ],
    [Array.from({ length: 9 }, (_, i) => ({ size: 1, value: i === 0 ? 1 : 0 })), 3],
    [
      [
        { size: 2, value: 0.5 },
        { size: 2, value: 1 },
        { size: 2, value: 0 },
        { size: 2, value: 0 },
      ],
      1,
    ],
  ];
  for (const [groups, abstaining] of cases) {
    const n = groups.reduce((sum, { size }) => sum + size, abstaining);
    const curve = majorityVote(groups, abstaining, n);
    for (let k = 1; k <= n; k++) expect(curve[k - 1]).toBeCloseTo(byEnumeration(groups, abstaining, k), 10);
  }
});

test("all probabilities of winning add up to the chance that anybody votes, at 400 samples", () => {
  const groups = [
    { size: 150, value: 1 },
    { size: 120, value: 1 },
    { size: 100, value: 1 },
    { size: 20, value: 1 },
  ];
  const curve = majorityVote(groups, 10, 64);
  expect(curve[63]).toBeCloseTo(1, 9);
  expect(curve[0]).toBeCloseTo(390 / 400, 12);
});
