import { expect, test, vi } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { type EnvironmentOptions, SynthesisEnvironment } from "./environment.ts";
import type { Instance } from "./instance.ts";
import type { PoolEntry } from "./pool/pool-entry.ts";

const entries = Array.from({ length: 7 }, (_, p): PoolEntry => {
  const messages = Array.from({ length: 6 }, (_, i) => ({ text: `p${p} m${i}`, score: 0 }));
  return { problem: { id: `p${p}`, prompt: `problem ${p}`, answer: "3", kind: "math" }, messages };
});

const environment = (more: Partial<EnvironmentOptions> = {}) =>
  new SynthesisEnvironment({
    entries,
    instances: 5,
    messagesMin: 2,
    messagesMax: 4,
    seed: 1,
    cutOffReward: 0,
    score: async (_, message) => (message === "3" ? 1 : 0),
    ...more,
  });

const idsOf = (instances: Instance[]) => instances.map(({ entry }) => entry.problem.id);

test("draws follow from seed and iteration alone, whatever was drawn before", () => {
  const [one, other] = [environment(), environment()];
  for (const iteration of [1, 2, 3]) one.draw(iteration);
  expect(other.draw(3)).toEqual(one.draw(3));
  expect(one.draw(3)).not.toEqual(one.draw(4));
  expect(environment({ seed: 2 }).draw(3)).not.toEqual(one.draw(3));
});

test("problems come without replacement as long as there are enough, and as often as each other", () => {
  const counts = new Map<string, number>();
  // Without references there is nothing to render.
  const alone = environment({ soloInstances: 5 });
  let different = true;
  for (let iteration = 0; iteration < 700; iteration++) {
    const ids = idsOf(alone.draw(iteration));
    different &&= new Set(ids).size === 5;
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  expect(different).toBe(true);
  expect(counts.size).toBe(7);
  for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(60);
});

test("where there are too few problems, all come before one comes again, with another M", () => {
  const drawn = environment({ entries: entries.slice(0, 2), instances: 5 }).draw(1);
  const ids = idsOf(drawn);
  expect(new Set(ids.slice(0, 2)).size).toBe(2);
  expect(new Set(ids.slice(2, 4)).size).toBe(2);
  expect(new Set(drawn.map(({ prompt }) => prompt)).size).toBe(5);
});

test("of the instances as many as asked have no references, and the problem alone as their prompt", () => {
  const drawn = environment({ soloInstances: 2 }).draw(1);
  for (const { prompt, messages, entry } of drawn.slice(0, 2)) {
    expect(messages).toEqual([]);
    expect(prompt).toBe(entry.problem.prompt);
  }
  for (const { messages } of drawn.slice(2)) expect([2, 3, 4]).toContain(messages.length);
});

const instance = () => environment().draw(1)[0] as Instance;
const response = (text: string, cutOff = false) => ({ text, cutOff });

test("the conclusion alone is rewarded, not the reasoning", async () => {
  const asked: string[] = [];
  const score = async (_: unknown, message: string) => {
    asked.push(message);
    return 0.75;
  };
  const outcome = await environment({ score }).score(instance(), response("<think>4?\n</think>\n\n 3 "));
  expect(outcome).toEqual({ message: "3", reward: 0.75 });
  expect(asked).toEqual(["3"]);
});

test("a response without a conclusion is wrong, and no verifier is asked", async () => {
  const score = vi.fn(async () => 1);
  expect(await environment({ score }).score(instance(), response("<think>hm"))).toEqual({
    message: null,
    reward: 0,
  });
  expect(score).not.toHaveBeenCalled();
});

test("a response that was cut off has the reward that was set, or is judged by what it has", async () => {
  const cut = response("<think>hm</think>3", true);
  expect(await environment().score(instance(), cut)).toEqual({ message: "3", reward: 0 });
  expect((await environment({ cutOffReward: 0.25 }).score(instance(), cut)).reward).toBe(0.25);
  const judging = environment({ cutOffReward: "scored" });
  expect((await judging.score(instance(), cut)).reward).toBe(1);
  expect((await judging.score(instance(), response("<think>hm", true))).reward).toBe(0);
});

test("what the verifier cannot tell stays unscored", async () => {
  const outcome = await environment({ score: async () => null }).score(instance(), response("maybe"));
  expect(outcome).toEqual({ message: "maybe", reward: null });
});

test("equal conclusions of a problem are verified once in an iteration, those of another by themselves", async () => {
  const score = vi.fn(async () => 1);
  const own = environment({ score });
  const [a, b] = own.draw(1) as [Instance, Instance];
  await Promise.all([a, a, a, b].map((at) => own.score(at, response("<think>any</think>3"))));
  await own.score(a, response("3"));
  expect(score).toHaveBeenCalledTimes(2);
  await own.score(a, response("4"));
  expect(score).toHaveBeenCalledTimes(3);
  own.forget();
  await own.score(a, response("3"));
  expect(score).toHaveBeenCalledTimes(4);
});

test("an empty pool, and one with too few messages for the range, are refused before anything is drawn", () => {
  expect(() => environment({ entries: [] })).toThrow(InvalidOptionError);
  expect(() => environment({ entries: [] })).toThrow("loosen the filter or build a larger pool");
  const small = { ...(entries[6] as PoolEntry), messages: [] };
  expect(() => environment({ entries: [...entries.slice(0, 6), small] })).toThrow(
    "1 of 7 problems have fewer than 2 messages, p6 first (0)",
  );
});
