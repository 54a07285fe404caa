import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type Toy,
  toyFolder,
  toyModel,
  toyOptions,
  toyProblems,
  toyScript,
} from "../../test/e2e/eval-toy.ts";
import { UpstreamDownError } from "../core/errors.ts";
import { Meter } from "../core/meter.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { judgeVerifier } from "../verify/judge.ts";
import { right, unscored } from "../verify/score.ts";
import { evaluate } from "./evaluate.ts";
import { coordinated, pluralityOf, single, vote } from "./method.ts";
import type { EvaluationStore, StoredTrial } from "./store.ts";

let toy: Toy;
let store: EvaluationStore;
beforeEach(async () => {
  toy = toyFolder();
  store = await toy.open();
});
afterEach(async () => {
  await store.close();
  toy.remove();
});

const trialsIn = (from: EvaluationStore): StoredTrial[] =>
  [...from.trialsByProblem()].flatMap(({ trials }) => trials);
const methods = [single, vote(3), coordinated([4]), coordinated([2, 2])];

test("every method runs on every problem, and singles and votes share their samples", async () => {
  const model = toyModel();
  const outcome = await evaluate(toyProblems(3), toyOptions(store, { model, methods }));
  // 3 problems × (2 × 3 plain samples + 2 × [4] + 2 × [2,2]).
  expect(outcome).toMatchObject({ end: "done", planned: 30, finished: 30, failed: 0, resumed: 0 });
  expect(model.calls.length).toBe(3 * (6 + 2 * 5 + 2 * 5));
  const synthesised = trialsIn(store).filter(({ method }) => method === "[4]");
  expect(synthesised).toHaveLength(6);
  for (const { trial } of synthesised) {
    expect(trial).toMatchObject({ status: "done", value: 1, crossChecks: 2 });
    expect(trial.references).toHaveLength(4);
    expect(trial.cost.calls).toBe(5);
    expect(trial.lengths).toHaveLength(5);
  }
});

test("stopped after any number of calls and run again, nothing is paid twice and the totals are those of one life", async () => {
  const whole = await evaluate(toyProblems(2), toyOptions(store, { methods }));
  const expected = trialsIn(store).map(({ trial: { cost: _, ...figures }, ...unit }) => ({
    ...unit,
    ...figures,
  }));
  for (const stopAfter of [1, 7, 20, 33]) {
    const other = toyFolder();
    let paid = 0;
    for (let life = 0; life < 40; life++) {
      const lived = await other.open();
      const abort = new AbortController();
      const model = toyModel((call) => {
        if (call.number >= stopAfter + 3) abort.abort(new Error("killed"));
        return toyScript(call);
      });
      const outcome = await evaluate(
        toyProblems(2),
        toyOptions(lived, { model, methods, concurrency: 3, abort: abort.signal }),
      );
      paid = outcome.spent.output;
      const after = trialsIn(lived).map(({ trial: { cost: _, ...figures }, ...unit }) => ({
        ...unit,
        ...figures,
      }));
      await lived.close();
      if (outcome.end === "interrupted") continue;
      expect(after).toEqual(expected);
      break;
    }
    expect(paid).toBe(whole.spent.output);
    other.remove();
  }
});

test("a finished evaluation run again makes no call, and more methods pay only for themselves", async () => {
  await evaluate(toyProblems(2), toyOptions(store, { methods: [single] }));
  const model = toyModel();
  const again = await evaluate(toyProblems(2), toyOptions(store, { model, methods: [single] }));
  expect(again).toMatchObject({ end: "done", resumed: 4, finished: 4 });
  expect(model.calls).toHaveLength(0);
  await evaluate(toyProblems(2), toyOptions(store, { model, methods: [single, coordinated([2])] }));
  expect(model.calls).toHaveLength(2 * 2 * 3);
});

test("with a pool, first rounds and votes are drawn from it and only what follows is paid", async () => {
  const model = toyModel();
  const options = { model, methods: [single, coordinated([4]), coordinated([2, 2])], pool: 8 };
  await evaluate(toyProblems(2), toyOptions(store, options));
  // Per problem: 8 for the pool; a final call for each [4]; two and a final one for each [2,2].
  expect(model.calls).toHaveLength(2 * (8 + 2 * 1 + 2 * 3));
  const trials = trialsIn(store);
  const costs = trials.filter(({ method }) => method === "[4]").map(({ trial }) => trial.cost);
  // What a method costs includes what it drew.
  expect(costs.every(({ calls, output }) => calls === 5 && output > 4)).toBe(true);
  const drawn = trials
    .filter(({ method }) => method === "[4]")
    .map(({ trial }) => JSON.stringify(trial.references));
  expect(new Set(drawn).size).toBeGreaterThan(1);
});

test("a pool too small for a method is refused before anything is paid", async () => {
  const options = toyOptions(store, { methods: [coordinated([16])], pool: 8 });
  await expect(evaluate(toyProblems(1), options)).rejects.toThrow("too few for [16]");
});

test("a budget of tokens stops the start of what does not fit; what ran is kept and the next life goes on", async () => {
  const call = { maxOutputTokens: 10 };
  const budget = { methods: [coordinated([4])], call, budgetTokens: 120 };
  const outcome = await evaluate(toyProblems(9), toyOptions(store, budget));
  expect(outcome.end).toBe("budget");
  expect(outcome.spent.output).toBeLessThanOrEqual(120);
  expect(outcome.finished).toBeGreaterThan(0);
  expect(outcome.finished).toBeLessThan(18);
  const rest = await evaluate(toyProblems(9), toyOptions(store, { ...budget, budgetTokens: 10_000 }));
  expect(rest).toMatchObject({ end: "done", finished: 18, resumed: outcome.finished });
});

test("without a cap on each call, a budget that is reached cancels what is in flight and keeps what finished", async () => {
  const model = toyModel(async (call) => ({ ...((await toyScript(call)) as object), tokens: 100 }));
  const options = { model, methods: [coordinated([4])], budgetTokens: 900, concurrency: 8 };
  const outcome = await evaluate(toyProblems(9), toyOptions(store, options));
  expect(outcome.end).toBe("budget");
  expect(outcome.spent.output).toBeGreaterThan(0);
  // At most what was in flight when it was reached.
  expect(outcome.spent.output).toBeLessThanOrEqual(900 + 8 * 100);
  const rest = await evaluate(toyProblems(9), toyOptions(store, { ...options, budgetTokens: 1e6 }));
  expect(rest).toMatchObject({ end: "done", finished: 18 });
});

test("a drain finishes what runs and starts nothing more", async () => {
  const drain = new AbortController();
  const model = toyModel((call) => {
    if (call.number === 4) drain.abort();
    return toyScript(call);
  });
  const options = { model, methods: [coordinated([4])], concurrency: 4, drain: drain.signal };
  const outcome = await evaluate(toyProblems(9), toyOptions(store, options));
  expect(outcome).toMatchObject({ end: "interrupted", finished: 1 });
  expect(model.calls).toHaveLength(5);
});

test("no more calls are in flight than allowed, whatever the widths", async () => {
  const model = toyModel(async (call) => ({ ...((await toyScript(call)) as object), delayMs: 1 }));
  const wide = [single, coordinated([8]), coordinated([2, 3])];
  await evaluate(toyProblems(4), toyOptions(store, { model, methods: wide, concurrency: 5 }));
  expect(model.peakInFlight()).toBeLessThanOrEqual(5);
  expect(model.peakInFlight()).toBeGreaterThan(3);
});

test("what the upstream could not do is a failed trial, asked again; what the model could not is wrong", async () => {
  const coordinate = { maxRetries: 0 };
  const broken = toyModel(({ prompt }) => {
    if (JSON.stringify(prompt).includes("Problem 0"))
      return { error: new Error("boom sk-12345678901234567890") };
    return { reasoning: "on and on", finish: "length" };
  });
  const outcome = await evaluate(
    toyProblems(2),
    toyOptions(store, { model: broken, methods: [coordinated([2])], coordinate, samples: 1 }),
  );
  expect(outcome).toMatchObject({ end: "done", failed: 1, finished: 1 });
  const [failed, cutOff] = trialsIn(store).map(({ trial }) => trial);
  expect(failed).toMatchObject({ status: "failed", value: null });
  expect(failed?.error).not.toContain("12345678901234567890");
  expect(cutOff).toMatchObject({ status: "done", value: 0, cutOff: true, answer: "" });
  const again = await evaluate(
    toyProblems(2),
    toyOptions(store, { methods: [coordinated([2])], samples: 1 }),
  );
  expect(again).toMatchObject({ failed: 0, finished: 2, resumed: 1 });
});

test("an upstream that answers nothing ends the evaluation instead of failing every unit", async () => {
  const model = toyModel(() => ({ error: new Error("down") }));
  const options = { model, methods: [single], coordinate: { maxRetries: 0 }, concurrency: 2 };
  await expect(evaluate(toyProblems(200), toyOptions(store, options))).rejects.toThrow(UpstreamDownError);
  expect(model.calls.length).toBeLessThan(60);
});

test("what a verifier cannot tell is unscored, never wrong, and is graded again without a call", async () => {
  const model = toyModel();
  const grader = () => ({ score: () => unscored("judge away") });
  await evaluate(
    toyProblems(1),
    toyOptions(store, { model, methods: [coordinated([2])], samples: 1, grader }),
  );
  expect(trialsIn(store)[0]?.trial).toMatchObject({ value: null, explanation: "judge away" });
  const paid = model.calls.length;
  const back = () => ({ score: () => right("x", "fine") });
  await evaluate(
    toyProblems(1),
    toyOptions(store, { model, methods: [coordinated([2])], samples: 1, grader: back }),
  );
  expect(trialsIn(store)[0]?.trial.value).toBe(1);
  expect(model.calls).toHaveLength(paid);
});

test("a judge's calls are on the bill, in this life and the next", async () => {
  const meter = new Meter();
  const verdict = scriptedModel(() => ({ text: "VERDICT: CORRECT", tokens: 50 }));
  const judge = judgeVerifier(meter.wrap(verdict));
  const grader = () => ({ score: (message: string) => judge.score(message, "gold") });
  const options = { methods: [single], samples: 3, grader, meter };
  const { spent } = await evaluate(toyProblems(1), toyOptions(store, options));
  expect(verdict.calls.length).toBeGreaterThan(0);
  expect(spent.calls).toBe(3 + verdict.calls.length);
  expect(spent.output).toBeGreaterThanOrEqual(50 * verdict.calls.length);
  expect(store.spent()).toEqual(spent);
});

test("a message that comes up often is graded once", async () => {
  const seen: string[] = [];
  const grader = () => ({
    score: (message: string) => {
      seen.push(message);
      return right(message, "");
    },
  });
  await evaluate(
    toyProblems(1),
    toyOptions(store, { methods: [single, coordinated([8])], samples: 4, grader }),
  );
  expect(new Set(seen).size).toBe(seen.length);
});

test("a store refuses another model, seed, or a problem that is not the one it knows", async () => {
  await evaluate(toyProblems(1), toyOptions(store, { methods: [single] }));
  const other = toyOptions(store, { methods: [single], seed: 2 });
  await expect(evaluate(toyProblems(1), other)).rejects.toThrow("seed was 1, now 2");
  const [problem] = toyProblems(1);
  const changed = [{ ...problem, id: "p0", prompt: "another", kind: "exact" as const }];
  await expect(evaluate(changed, toyOptions(store, { methods: [single] }))).rejects.toThrow(
    "another problem as p0",
  );
});

test("plurality combines work-list conclusions part by part, at no call of its own", async () => {
  const model = toyModel(({ seed = 0 }) => `A=1 B=${seed % 2} C=3`);
  const grader = () => ({ score: (m: string) => (/^A=1 B=\d C=3$/.test(m) ? right(m, "") : unscored(m)) });
  await evaluate(toyProblems(1), toyOptions(store, { model, methods: [pluralityOf(3)], samples: 2, grader }));
  expect(model.calls).toHaveLength(6);
  const combined = trialsIn(store).filter(({ method }) => method === "plurality@3");
  expect(combined.map(({ trial }) => [trial.value, trial.cost.calls])).toEqual([
    [1, 3],
    [1, 3],
  ]);
});
