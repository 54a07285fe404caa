import { afterEach, expect, test } from "vitest";
import { InvalidOptionError } from "../../errors.ts";
import { SynthesisEnvironment } from "../../train/environment.ts";
import type { PoolEntry } from "../../train/pool/pool-entry.ts";
import { type RewardServer, startRewardServer } from "./start-reward-server.ts";

const entries = Array.from({ length: 5 }, (_, p): PoolEntry => {
  const messages = Array.from({ length: 6 }, (_, i) => ({ text: `p${p} m${i}`, score: 0 }));
  const system = [{ role: "system" as const, content: "Be brief." }];
  const prompt = p === 0 ? [...system, { role: "user" as const, content: "problem 0" }] : `problem ${p}`;
  return { problem: { id: `p${p}`, prompt, answer: `${p}`, kind: "math" }, messages };
});
const episodes = { entries, instances: 3, messagesMin: 2, messagesMax: 4, seed: 7 };

let server: RewardServer | undefined;
afterEach(() => server?.close());

async function asking(options = {}) {
  server = await startRewardServer({ episodes: { ...episodes, ...options } });
  const { baseUrl } = server;
  return async (path: string, body: unknown) => {
    const answer = await fetch(`${baseUrl}/${path}`, { method: "POST", body: JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, text, ...JSON.parse(text) };
  };
}

test("an episode is the environment's instance of its seed, iteration and index", async () => {
  const ask = await asking();
  const drawn = new SynthesisEnvironment({ ...episodes, cutOffReward: 0, score: async () => null }).draw(12);
  for (const [index, { entry, prompt, messages }] of drawn.entries()) {
    const reset = await ask("reset", { iteration: 12, index });
    expect(reset).toMatchObject({
      id: `7-12-${index}`,
      problem: entry.problem.id,
      messages: messages.length,
    });
    expect(reset.prompt.at(-1)).toEqual({ role: "user", content: prompt });
    expect(reset.prompt.length).toBe(entry.problem.id === "p0" ? 2 : 1);
  }
  expect((await ask("reset", { iteration: 12, index: 1, seed: 8 })).id).toBe("8-12-1");
});

test("without a place the episodes come one after the other, iteration by iteration", async () => {
  const ask = await asking();
  const ids = [];
  for (let i = 0; i < 5; i++) ids.push((await ask("reset", {})).id);
  expect(ids).toEqual(["7-0-0", "7-0-1", "7-0-2", "7-1-0", "7-1-1"]);
});

test("a step pays for the conclusion, ends the episode, and may be asked again", async () => {
  const ask = await asking();
  const { id, problem, messages } = await ask("reset", {});
  const text = `<think>hm</think>It is \\boxed{${problem.slice(1)}}.`;
  const step = await ask("step", { id, text });
  expect(step).toMatchObject({ status: 200, reward: 1, done: true, info: { acc: 1, messages, emergent: 1 } });
  expect(step.text).toContain('"reward":1.0,"done":true,"info":{"acc":1.0,');
  expect((await ask("step", { id, text })).text).toBe(step.text);
  expect(await ask("step", { id, text, truncated: true })).toMatchObject({ reward: 0, info: { cut_off: 1 } });
  expect(await ask("step", { id, text: "It is 77." })).toMatchObject({ reward: 0, info: { acc: 0 } });
});

test("a server that began anew knows the episodes of the one before", async () => {
  const first = await asking();
  const { id, problem } = await first("reset", { iteration: 3, index: 2 });
  await server?.close();
  const second = await asking();
  expect(await second("step", { id, text: problem.slice(1) })).toMatchObject({ reward: 1 });
});

test("what is no place, no episode and no step is told in the shape of errors", async () => {
  const ask = await asking();
  expect(await ask("reset", { index: 3 })).toMatchObject({
    status: 400,
    error: { param: "index", message: "An iteration has 3 instances, from 0." },
  });
  for (const body of [{ iteration: -1 }, { seed: "a" }, { place: 1 }])
    expect((await ask("reset", body)).status).toBe(400);
  for (const id of ["nonsense", "7-0-9", "7-0", "99999999999-0-0"])
    expect(await ask("step", { id, text: "a" })).toMatchObject({ status: 404, error: { param: "id" } });
  for (const body of [{}, { id: "7-0-0" }, { id: "7-0-0", text: 1 }, { id: "7-0-0", text: "a", cut: true }])
    expect((await ask("step", body)).status).toBe(400);
});

test("a pool with too few messages is refused at the start, and without a pool there is no environment", async () => {
  const options = { episodes: { ...episodes, messagesMin: 16, messagesMax: 24 } };
  await expect(startRewardServer(options)).rejects.toThrow(InvalidOptionError);
  server = await startRewardServer();
  expect((await fetch(`${server.baseUrl}/reset`, { method: "POST", body: "{}" })).status).toBe(404);
});
