import { expect, test } from "vitest";
import { memoryJournal } from "../testing/memory-journal.ts";
import { type Reply, scriptedModel } from "../testing/scripted-model.ts";
import type { CoordinationEvent } from "./events.ts";
import type { CoordinateOptions } from "./options.ts";
import { type Random, seededRandom } from "./random.ts";
import { solve, userPrompt } from "./solve.ts";

const CAP = 50;
const pick = <T>(random: Random, ...of: T[]): T => of[Math.floor(random() * of.length)] as T;

function randomOptions(random: Random): CoordinateOptions {
  return {
    widths: Array.from({ length: Math.floor(random() * 3) }, () => 1 + Math.floor(random() * 6)),
    seed: Math.floor(random() * 1e6),
    onCutOff: pick(random, "retry", "drop", "keep-tail"),
    maxRetries: Math.floor(random() * 3),
    retryDelayMs: 0,
    ...(random() < 0.3 && { quorum: pick(random, 1, 2, 0.5) }),
    ...(random() < 0.3 && { hedge: { afterMs: pick(random, 0, 2) } }),
    ...(random() < 0.3 && { adaptive: { atLeast: 2 } }),
    ...(random() < 0.3 && { concurrency: 1 + Math.floor(random() * 3) }),
    ...(random() < 0.4 && { budgetTokens: CAP * (1 + Math.floor(random() * 12)) }),
    ...(random() < 0.2 && { deadlineMs: pick(random, 3, 20) }),
    ...(random() < 0.2 && {
      contextWindow: 150,
      contextPolicy: pick(random, "trim-middle", "drop-longest", "error"),
    }),
  };
}

function randomReply(random: Random): Reply {
  const delayMs = Math.floor(random() * 4);
  const tokens = 1 + Math.floor(random() * CAP);
  if (random() < 0.15) return { error: new Error("down"), delayMs, tokens };
  if (random() < 0.15) return { reasoning: "long thought", finish: "length", delayMs, tokens };
  return {
    reasoning: "hm",
    text: pick(random, "42", "43", "a longer conclusion ".repeat(4)),
    delayMs,
    tokens,
  };
}

/** One random run to its end, whatever that is. */
async function randomRun(seed: number) {
  const random = seededRandom(seed);
  const options = randomOptions(random);
  const model = scriptedModel(() => randomReply(random));
  const events: CoordinationEvent[] = [];
  const journal = memoryJournal();
  const call = { prompt: userPrompt("x?"), maxOutputTokens: CAP };
  const onEvent = (event: CoordinationEvent) => events.push(event);
  const outcome = await solve(model, call, { ...options, journal, onEvent }).catch((error: Error) => error);
  return { options, model, events, journal, outcome };
}

const ended = (events: CoordinationEvent[]) =>
  events.flatMap((e) => (e.type === "trajectory-end" ? [e.trajectory] : []));

test("three hundred random runs under faults and limits keep every promise", async () => {
  const kinds = new Map<string, number>();
  for (let seed = 1; seed <= 300; seed++) {
    const { options, model, events, journal, outcome } = await randomRun(seed);
    const why = `seed ${seed}, ${JSON.stringify(options)}, ${outcome instanceof Error ? outcome.stack : "solved"}`;
    const kind = outcome instanceof Error ? outcome.name : outcome.source;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);

    expect(["TypeError", "RangeError", "Error"], why).not.toContain(kind);
    expect(model.inFlight(), why).toBe(0);
    const trajectories = ended(events);
    const started = events.filter((event) => event.type === "trajectory-start");
    expect(trajectories.length, why).toBe(started.length);
    expect(new Set(trajectories.map((t) => `${t.round}/${t.index}/${t.attempt}`)).size, why).toBe(
      trajectories.length,
    );
    expect(JSON.parse(JSON.stringify(trajectories)), why).toEqual(journal.stored.trajectories);
    if (options.concurrency) expect(model.peakInFlight(), why).toBeLessThanOrEqual(options.concurrency);
    const spent = trajectories.reduce((sum, t) => sum + t.usage.output, 0);
    if (options.budgetTokens) expect(spent, why).toBeLessThanOrEqual(options.budgetTokens);
    if (outcome instanceof Error) continue;
    expect(outcome.receipt.ttc, why).toBe(spent);
    expect(
      outcome.receipt.rounds.reduce((sum, round) => sum + round.ttc, 0),
      why,
    ).toBe(spent);
    expect(outcome.receipt.tokens.wasted, why).toBeLessThan(spent);
    expect(events.at(-1), why).toMatchObject({ type: "finish" });
    if (outcome.source !== "message")
      expect(outcome.answer === "", why).toBe(outcome.finishReason.unified === "length");
  }
  for (const kind of ["message", "BudgetTooSmallError", "EmptyRoundError"])
    expect([...kinds.keys()]).toContain(kind);
  expect(kinds.get("synthesis")).toBeGreaterThan(50);
});
