import { expect, test } from "vitest";
import { coordinated, type Method, single, vote } from "./method.ts";
import type { StoredTrial } from "./store.ts";
import { Summariser } from "./summary.ts";
import { NO_COST, SAMPLE, type Trial } from "./trial.ts";

function trial(value: number | null, answer: string, more: Partial<Trial> = {}): Trial {
  const cost = { ...NO_COST, calls: 1, output: 10, input: 5, latencyMs: 100 };
  return { status: "done", value, answer, cutOff: false, cost, lengths: [10], ...more };
}

function stored(problem: number, method: string, trials: Trial[]): StoredTrial[] {
  return trials.map((one, repetition) => ({ problem, method, repetition, trial: one }));
}

function summarise(
  methods: Method[],
  samples: number,
  problems: StoredTrial[][],
  price?: { inputPerMillion: number; outputPerMillion: number },
) {
  const summariser = new Summariser({ methods, samples, seed: 0 }, price);
  for (const [i, trials] of problems.entries()) summariser.add(i + 1, trials);
  return summariser.finish();
}

const [r, w] = [trial(1, "r"), trial(0, "w")];

test("singles, exact votes and pass@k come from the same samples", () => {
  const problems = [[...stored(1, SAMPLE, [r, r, w])], [...stored(2, SAMPLE, [w, w, r])]];
  const { methods, curves } = summarise([single, vote(3)], 1, problems);
  const [one, voted] = methods;
  // Problem means 2/3 and 1/3; the vote of all three is right on the first alone.
  expect(one?.accuracy.mean).toBeCloseTo(0.5, 12);
  expect(one?.accuracy.standardError).toBeCloseTo(1 / 6, 12);
  expect(voted?.accuracy).toEqual({ mean: 0.5, standardError: 0.5, problems: 2 });
  expect(voted).toMatchObject({ costRatio: 3, ttc: { mean: 30 }, latencyMs: { median: 100 } });
  expect(curves.map(({ k }) => k)).toEqual([1, 2, 3]);
  // pass@2: 1 − C(1,2)/C(3,2) = 1 and 1 − C(2,2)/C(3,2) = 2/3.
  expect(curves[1]?.passAtK?.mean).toBeCloseTo(5 / 6, 12);
});

test("unscored and failed trials are in no average, and are counted", () => {
  const failed: Trial = { ...trial(null, ""), status: "failed" };
  const problems = [stored(1, "[4]", [r, trial(null, "?"), failed]), stored(2, "[4]", [failed])];
  const [method] = summarise([coordinated([4])], 3, problems).methods;
  expect(method).toMatchObject({ accuracy: { mean: 1, problems: 1 }, trials: 2, unscored: 1, failed: 2 });
});

test("a vote in which a sample is unscored is unscored itself", () => {
  const [voted] = summarise([vote(2)], 1, [stored(1, SAMPLE, [r, trial(null, "x")])]).methods;
  expect(voted).toMatchObject({ unscored: 1, accuracy: { problems: 0 } });
});

test("methods are compared problem by problem, on those that both have", () => {
  const problems = [
    [...stored(1, SAMPLE, [r, w]), ...stored(1, "[4]", [r, r])],
    [...stored(2, SAMPLE, [w, w]), ...stored(2, "[4]", [r, w])],
    [...stored(3, SAMPLE, [r, r])],
  ];
  const { differences } = summarise([single, coordinated([4])], 2, problems);
  expect(differences).toEqual([
    { better: "[4]", than: "single", difference: { mean: 0.5, standardError: 0, problems: 2 } },
  ]);
});

test("what a synthesis did with its messages is told, with money and lengths", () => {
  const cost = { ...NO_COST, calls: 3, output: 100, input: 1000, wasted: 25, cutOffCalls: 1, latencyMs: 50 };
  const synthesis = (value: number, answer: string, references: Trial["references"]) =>
    trial(value, answer, { cost, references: references ?? [], crossChecks: value, lengths: [30, 40, 30] });
  const problems = [
    stored(1, "[2]", [
      synthesis(1, "r", [
        ["a", 0],
        ["b", 0],
      ]), // emergent
      synthesis(0, "a", [
        ["a", 0],
        ["r", 1],
      ]),
    ]),
  ];
  const price = { inputPerMillion: 1, outputPerMillion: 10 };
  const { methods, lengths } = summarise([coordinated([2])], 2, problems, price);
  expect(methods[0]).toMatchObject({
    wasted: 0.25,
    cutOffCalls: 1 / 3,
    ttc: { mean: 100 },
    inputTokens: 1000,
  });
  expect(methods[0]?.money).toBeCloseTo(0.002, 12);
  // Without plain samples, the first round's lengths are one sample's cost: (30 + 40) / 2.
  expect(methods[0]?.costRatio).toBeCloseTo(100 / 35, 12);
  expect(methods[0]?.synthesis).toMatchObject({
    messageAccuracy: 0.25,
    emergent: { count: 1, cases: 1 },
    novelRight: { count: 1, cases: 2 },
    novelWrong: { count: 0, cases: 2 },
    pluralityAgreement: { count: 1, cases: 2 },
    crossChecking: { count: 1, cases: 2 },
  });
  expect(methods[0]?.synthesis?.byMessages.map(({ messages, final }) => [messages, final.mean])).toEqual([
    [0, 1],
    [0.5, 0],
  ]);
  expect(lengths["[2]"]).toEqual([30, 40, 30, 30, 40, 30]);
});

test("an evaluation without a single trial is summarised, not an error", () => {
  expect(summarise([single, vote(4), coordinated([2])], 1, [[]])).toMatchObject({ problems: 1 });
});
