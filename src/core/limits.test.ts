import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Script, scriptedModel } from "../testing/scripted-model.ts";
import { BudgetTooSmallError } from "./budget.ts";
import { coordinate } from "./coordinate.ts";
import { DeadlineError } from "./errors.ts";
import type { CoordinationEvent } from "./events.ts";
import type { CoordinateOptions } from "./options.ts";
import { problemOf } from "./prompt-slot.ts";
import { solve, userPrompt } from "./solve.ts";

const NEVER = 60_000;

// The clock stands still while anything runs, and goes on to the next timer when nothing does: what is said here
// of milliseconds holds on a machine of any speed.
beforeEach(() => void vi.useFakeTimers().setTimerTickMode("nextTimerAsync"));
afterEach(() => void vi.useRealTimers());

async function run(script: Script, options: CoordinateOptions, maxOutputTokens?: number) {
  const model = scriptedModel(script);
  const events: CoordinationEvent[] = [];
  const call = { prompt: userPrompt("x?"), ...(maxOutputTokens && { maxOutputTokens }) };
  const result = await solve(model, call, {
    retryDelayMs: 0,
    ...options,
    onEvent: (event) => events.push(event),
  });
  const stops = events.filter((event) => event.type === "exploration-stopped").map(({ reason }) => reason);
  return { model, events, result, stops };
}

test("a quorum goes on without the stragglers and reports the effective K", async () => {
  const { model, result, stops } = await run(
    ({ number }) => ({ text: `m${number}`, delayMs: number < 3 ? 1 : number < 5 ? NEVER : 0 }),
    {
      widths: [5],
      quorum: 3,
    },
  );
  expect(stops).toEqual(["quorum"]);
  expect(result.messages.toSorted()).toEqual(["m0", "m1", "m2"]);
  expect(result.receipt.rounds[0]).toMatchObject({ width: 5, effectiveWidth: 3, finished: 3, cancelled: 2 });
  expect(model.inFlight()).toBe(0);
});

test("a quorum is per round: the next exploring round still runs", async () => {
  const { model } = await run(({ number }) => ({ text: "m", delayMs: number === 0 ? NEVER : 0 }), {
    widths: [4, 2],
    quorum: 0.75,
  });
  expect(model.calls).toHaveLength(4 + 2 + 1);
});

test("a hedge asks a straggler a second time; the faster answer counts, the other is cancelled and booked", async () => {
  const script: Script = ({ number }) => ({ text: `m${number}`, delayMs: number === 0 ? NEVER : 1 });
  for (const hedge of [{ afterMs: 20 }, { factor: 3 }]) {
    const { model, events, result } = await run(script, { widths: [4], hedge, seed: 1 });
    expect(model.calls).toHaveLength(6);
    expect(new Set(model.calls.map((call) => call.seed)).size).toBe(6);
    expect(events.find((event) => event.type === "trajectory-start" && event.hedge)).toMatchObject({
      index: 0,
      attempt: 1,
    });
    expect(result.messages).toHaveLength(4);
    expect(result.receipt).toMatchObject({ cancelled: 1, finished: 5 });
  }
});

test("a hedge that fails does no harm", async () => {
  const script: Script = ({ number }) =>
    number === 1 ? { error: new Error("no") } : { text: "slow", delayMs: number === 0 ? 60 : 0 };
  const { result } = await run(script, { widths: [1], hedge: { afterMs: 5 } });
  expect(result.messages).toEqual(["slow"]);
});

test("exploring stops once the conclusions agree", async () => {
  const script: Script = ({ number }) => ({
    text: number % 2 ? "42." : " 42",
    delayMs: number < 3 ? 1 : number < 8 ? NEVER : 0,
  });
  const { model, result, stops } = await run(script, { widths: [8, 4], adaptive: { share: 1, atLeast: 3 } });
  expect(stops).toEqual(["agreement"]);
  expect(model.calls).toHaveLength(9);
  expect(result).toMatchObject({ source: "synthesis", receipt: { cancelled: 5 } });
});

test("conclusions that all agree leave out the rounds that were to follow", async () => {
  const { model, stops } = await run(() => "42", { widths: [4, 4, 4], adaptive: {} });
  expect(stops).toEqual(["agreement"]);
  expect(model.calls).toHaveLength(5);
});

test("a call that waits for a slot is not slow: it is not hedged", async () => {
  const { model } = await run(() => ({ text: "m", delayMs: 20 }), {
    widths: [5],
    concurrency: 1,
    hedge: { afterMs: 60 },
  });
  expect(model.calls).toHaveLength(6);
});

test("agreement is by the verifier's normal form where one is given", async () => {
  const script: Script = ({ number }) => ({
    text: `${number}/${number}`,
    delayMs: number < 2 || number > 3 ? 1 : NEVER,
  });
  const options = { widths: [4], adaptive: { share: 1, atLeast: 2 }, normalForm: () => "1" };
  expect((await run(script, options)).stops).toEqual(["agreement"]);
});

test("when the deadline nears, what exists is synthesised", async () => {
  const script: Script = ({ number }) => ({
    text: `m${number}`,
    delayMs: number < 2 ? 1 : number < 6 ? NEVER : 1,
  });
  const { result, stops, model } = await run(script, { widths: [6, 4], deadlineMs: 300 });
  expect(stops).toEqual(["deadline"]);
  expect(model.calls).toHaveLength(7);
  expect(result).toMatchObject({
    source: "synthesis",
    answer: "m6",
    messages: expect.arrayContaining(["m0", "m1"]),
  });
  expect(result.receipt.notes[0]).toContain("stopped early (deadline): 2 of 6 messages");
});

test("a round that could not end in time is not started", async () => {
  const { model, stops } = await run(() => ({ text: "m", delayMs: 120 }), {
    widths: [2, 2, 2, 2],
    deadlineMs: 500,
  });
  expect(stops.at(-1)).toBe("deadline");
  expect(model.calls.length).toBeLessThan(9);
});

test("a synthesis that misses the deadline leaves the most frequent message as the answer", async () => {
  const script: Script = ({ number, prompt }) => ({
    text: number === 0 ? "b" : "a",
    delayMs: problemOf(prompt) === "x?" ? 0 : NEVER,
  });
  const { result } = await run(script, { widths: [3], deadlineMs: 150 });
  expect(result).toMatchObject({ answer: "a", source: "message", content: [{ type: "text", text: "a" }] });
  expect(result.receipt).toMatchObject({ cancelled: 1 });
  expect(result.receipt.notes.at(-1)).toContain("most frequent message");
});

test("with nothing at all at the deadline there is an error, and no call is left", async () => {
  const model = scriptedModel(() => ({ text: "m", delayMs: NEVER }));
  await expect(solve(model, "x", { widths: [3], deadlineMs: 60 })).rejects.toThrow(DeadlineError);
  expect(model.inFlight()).toBe(0);
});

test("calls in flight together never overspend a token budget, and the synthesis is paid first", async () => {
  const script: Script = ({ maxOutputTokens }) => ({ text: "m", tokens: maxOutputTokens ?? 1e9, delayMs: 1 });
  const { model, result, stops } = await run(script, { widths: [16], budgetTokens: 1000 }, 100);
  expect(result.receipt.ttc).toBe(1000);
  expect(model.calls).toHaveLength(10);
  expect(stops).toEqual(["budget"]);
  expect(result).toMatchObject({ source: "synthesis" });
  expect(result.messages).toHaveLength(9);
});

test("without maxOutputTokens each call is capped at its share of the budget", async () => {
  const { model, result } = await run(
    ({ maxOutputTokens }) => ({ text: "m", tokens: maxOutputTokens ?? 1e9 }),
    { widths: [4], budgetTokens: 5000 },
  );
  expect(model.calls.map((call) => call.maxOutputTokens)).toEqual([1000, 1000, 1000, 1000, 1000]);
  expect(result.receipt.ttc).toBe(5000);
});

test("a money budget holds", async () => {
  const price = { inputPerMillion: 1, outputPerMillion: 10 };
  const script: Script = ({ maxOutputTokens }) => ({
    text: "m",
    inputTokens: 1,
    tokens: maxOutputTokens ?? 1e9,
  });
  const { result } = await run(script, { widths: [16], budgetMoney: 0.006, price }, 100);
  expect(result.receipt.money).toBeLessThanOrEqual(0.006);
  expect(result.receipt.money).toBeGreaterThan(0.004);
});

test("a budget too small for one answer is refused before a call is made", async () => {
  const model = scriptedModel(() => "m");
  await expect(
    solve(model, { prompt: userPrompt("x"), maxOutputTokens: 100 }, { budgetTokens: 99 }),
  ).rejects.toThrow(BudgetTooSmallError);
  expect(model.calls).toHaveLength(0);
});

test("a call that takes too long counts as failed and is asked again", async () => {
  const { result } = await run(({ number }) => ({ text: "m", delayMs: number === 0 ? NEVER : 0 }), {
    widths: [1],
    callTimeoutMs: 30,
  });
  expect(result.receipt).toMatchObject({ failed: 1, retries: 1 });
  expect(result.messages).toEqual(["m"]);
});

test("an abort reaches every call in flight at once, and its reason comes out", async () => {
  for (const where of ["options", "call"] as const) {
    const controller = new AbortController();
    const model = scriptedModel(({ number }) => {
      if (number === 31) queueMicrotask(() => controller.abort(new Error("enough")));
      return { text: "m", delayMs: NEVER };
    });
    const signal = { abortSignal: controller.signal };
    const call = { prompt: userPrompt("x"), ...(where === "call" && signal) };
    await expect(solve(model, call, { widths: [32], ...(where === "options" && signal) })).rejects.toThrow(
      "enough",
    );
    expect(model.inFlight()).toBe(0);
  }
});

test("an abort is prompt even where the model does not listen to it", async () => {
  const deaf = { ...scriptedModel(() => "m"), doGenerate: () => new Promise<never>(() => {}) };
  const controller = new AbortController();
  const events = coordinate(
    deaf,
    { prompt: userPrompt("x") },
    { widths: [2], abortSignal: controller.signal },
  );
  const drained = (async () => {
    for await (const event of events)
      if (event.type === "trajectory-start" && event.index === 1) controller.abort(new Error("enough"));
  })();
  await expect(drained).rejects.toThrow("enough");
});

test("cancelled calls are charged for the tokens they were seen to generate", async () => {
  const model = scriptedModel(({ number }) => ({ text: "a b c", delayMs: number === 0 ? 0 : NEVER }));
  const { progressListener } = await import("./progress.ts");
  const generate = model.doGenerate;
  const reporting = {
    ...model,
    doGenerate: (options: Parameters<typeof generate>[0]) => {
      progressListener(options.abortSignal)?.({ tokens: 5 });
      return generate(options);
    },
  };
  const result = await solve(reporting, "x", {
    widths: [2],
    quorum: 1,
    callTimeoutMs: NEVER,
    deadlineMs: 400,
  });
  expect(result.receipt.rounds[0]).toMatchObject({ cancelled: 1, tokens: { wasted: 5, estimated: true } });
});
