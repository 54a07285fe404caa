import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { Problem } from "../../data/problem.ts";
import { InvalidOptionError } from "../../errors.ts";
import { formatPoolEntry } from "../../train/pool/pool-entry.ts";
import { encodeLabel } from "./label.ts";
import { type RewardServer, type RewardServerOptions, startRewardServer } from "./start-reward-server.ts";

const PROMPT = "<|im_start|>user\nRef 1: \\boxed{41}\nWhat is 6·7?<|im_end|>\n<|im_start|>assistant\n";
const MATH: Problem = { id: "p1", prompt: "What is 6·7?", answer: "42", kind: "math" };
const LABEL = encodeLabel("i1", MATH, { messages: 24, right: 0 });

const open: RewardServer[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

async function serve(options: RewardServerOptions = {}): Promise<RewardServer> {
  const server = await startRewardServer(options);
  open.push(server);
  return server;
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "reward-"));
  folders.push(made);
  return made;
}

const post = (url: string, body: unknown, init: RequestInit = {}) =>
  fetch(url, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json" },
    ...init,
  });

const sample = (response: string, label = LABEL) => ({
  query: [PROMPT + response],
  prompts: [PROMPT],
  labels: [label],
});

const ask = async (server: RewardServer, response: string, label = LABEL): Promise<string> =>
  (await post(server.url, sample(response, label))).text();

test("one sample is answered with bare floats, as JSON, to the letter", async () => {
  const answer = await post((await serve()).url, sample("<think>hm</think>so \\boxed{42}<|im_end|>"));
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect((await answer.text()).replace(/"verify_ms":[\d.]+/, '"verify_ms":0.5')).toBe(
    '{"rewards":1.0,"scores":1.0,"extra_logs":{"acc":1.0,"messages":24.0,"cut_off":0.0,"no_conclusion":0.0,' +
      '"unscored":0.0,"verifier_error":0.0,"emergent":1.0,"emergent_case":1.0,"conclusion_chars":13.0,"verify_ms":0.5}}',
  );
});

test("several samples are answered with lists in their order, none with empty lists", async () => {
  const { url } = await serve();
  const [right, wrong] = [sample("42<|im_end|>"), sample("41<|im_end|>")];
  const both = {
    query: [...wrong.query, ...right.query],
    prompts: [PROMPT, PROMPT],
    labels: [LABEL, LABEL],
  };
  const text = await (await post(url, both)).text();
  expect(text).toContain('"rewards":[0.0,1.0],"scores":[0.0,1.0]');
  expect(text).toContain('"acc":[0.0,1.0],"messages":[24.0,24.0]');
  const empty = await post(url, { query: [], prompts: [], labels: [] });
  expect([empty.status, await empty.text()]).toEqual([200, '{"rewards":[],"scores":[],"extra_logs":{}}']);
});

test("whatever a sample is, the answer has the same keys and numbers with a point", async () => {
  const server = await serve();
  const code = encodeLabel("c1", { id: "c", prompt: "?", kind: "code", answer: { nonsense: 1 } });
  const answers = [
    await ask(server, "42<|im_end|>"),
    await ask(server, "cut off"),
    await ask(server, "<think>x<|im_end|>"),
    await ask(server, "42<|im_end|>", "no label"),
    await ask(server, "42<|im_end|>", ""),
    await ask(server, "```python\nprint(1)\n```<|im_end|>", code),
    await (await post(server.url, { query: ["x"], prompts: ["other"], labels: [LABEL] })).text(),
    await (
      await post(server.url, { query: ["42"], labels: [{ id: "x", answer: 42 }], truncated: [false] })
    ).text(),
  ];
  const keys = answers.map((text) => Object.keys(JSON.parse(text).extra_logs).join());
  expect(new Set(keys).size).toBe(1);
  for (const text of answers) expect(text).not.toMatch(/[:[,]-?\d+[,}\]]/);
  expect(answers.map((text) => JSON.parse(text).extra_logs.verifier_error)).toEqual([0, 0, 0, 1, 1, 1, 1, 0]);
  expect(answers.map((text) => JSON.parse(text).rewards).at(-1)).toBe(1);
});

test("a response that was cut off gets nothing, or is judged by what it has, as was chosen", async () => {
  const cut = "<think>hm</think>so \\boxed{42}";
  expect(JSON.parse(await ask(await serve(), cut))).toMatchObject({ rewards: 0, extra_logs: { cut_off: 1 } });
  const judging = await serve({ cutOffReward: "scored" });
  expect(JSON.parse(await ask(judging, cut)).rewards).toBe(1);
  expect(JSON.parse(await ask(judging, "so \\boxed{42}")).rewards).toBe(0);
});

test("a sample whose verifier fails is paid the mean of its instance, and counted", async () => {
  const judge = { name: "judge", score: vi.fn() };
  const server = await serve({ judge });
  const label = encodeLabel("j1", { id: "j", prompt: "?", kind: "judge", answer: "free" });
  const values = [1, 0, 1, "unscored", 0.5] as const;
  const rewards: number[] = [];
  for (const [i, value] of values.entries()) {
    judge.score.mockResolvedValueOnce({ value, answer: null, explanation: "said so" });
    rewards.push(JSON.parse(await ask(server, `answer ${i}<|im_end|>`, label)).rewards);
  }
  judge.score.mockRejectedValueOnce(new Error("the judge is down"));
  rewards.push(JSON.parse(await ask(server, "again<|im_end|>", label)).rewards);
  expect(rewards).toEqual([1, 0, 1, 2 / 3, 0.5, 2.5 / 4]);
  const metrics = await (await fetch(`${server.baseUrl}/metrics`)).text();
  expect(metrics).toContain('pacore_rewards_total{domain="judge",outcome="error"} 2');
});

test("a verifier that never ends is answered within its time", async () => {
  const judge = { name: "judge", score: () => new Promise<never>(() => {}) };
  const label = encodeLabel("j1", { id: "j", prompt: "?", kind: "judge", answer: "free" });
  const slow = await serve({ judge, verifyTimeoutMs: 5, errorReward: 0.25 });
  expect(JSON.parse(await ask(slow, "a<|im_end|>", label))).toMatchObject({ rewards: 0.25 });
  // One holds the only place; the other never gets its turn.
  const busy = await serve({ judge, answerWithinMs: 5, concurrency: 1 });
  const both = await Promise.all([ask(busy, "a<|im_end|>", label), ask(busy, "b<|im_end|>", label)]);
  expect(both.map((text) => JSON.parse(text).extra_logs.verifier_error)).toEqual([1, 1]);
});

test("what the response made undecidable earns nothing, so that it cannot be learnt", async () => {
  const server = await serve();
  const label = encodeLabel("r", { id: "r", prompt: "?", kind: "regex", answer: "(", options: {} });
  await ask(server, "42<|im_end|>");
  expect(JSON.parse(await ask(server, "anything<|im_end|>", label))).toMatchObject({
    rewards: 0,
    extra_logs: { unscored: 1, verifier_error: 0 },
  });
});

test("the same post again is not verified again, while the first still runs too", async () => {
  let answerNow: (() => void) | undefined;
  const score = vi.fn(
    () =>
      new Promise<{ value: number; answer: null; explanation: string }>((resolve) => {
        answerNow = () => resolve({ value: 1, answer: null, explanation: "" });
      }),
  );
  const server = await serve({ judge: { name: "judge", score } });
  const label = encodeLabel("j1", { id: "j", prompt: "?", kind: "judge", answer: "free" });
  const posts = Array.from({ length: 5 }, () => ask(server, "a<|im_end|>", label));
  await expect
    .poll(() => fetch(`${server.baseUrl}/metrics`).then((r) => r.text()))
    .toContain("pacore_reward_repeated_total 4");
  answerNow?.();
  const answers = new Set([...(await Promise.all(posts)), await ask(server, "a<|im_end|>", label)]);
  expect(answers.size).toBe(1);
  expect(score).toHaveBeenCalledTimes(1);
});

test("a client that leaves does not end the verification that its next post shares", async () => {
  let answerNow: (() => void) | undefined;
  const score = vi.fn(
    () =>
      new Promise<{ value: number; answer: null; explanation: string }>((resolve) => {
        answerNow = () => resolve({ value: 1, answer: null, explanation: "" });
      }),
  );
  const server = await serve({ judge: { name: "judge", score } });
  const label = encodeLabel("j1", { id: "j", prompt: "?", kind: "judge", answer: "free" });
  const leaving = new AbortController();
  const left = post(server.url, sample("a<|im_end|>", label), { signal: leaving.signal }).catch(() => "left");
  await expect.poll(() => score.mock.calls.length).toBe(1);
  leaving.abort();
  expect(await left).toBe("left");
  answerNow?.();
  expect(JSON.parse(await ask(server, "a<|im_end|>", label)).rewards).toBe(1);
  expect(score).toHaveBeenCalledTimes(1);
});

test("1,024 posts at once, each on a connection of its own, all get their own answer", async () => {
  const server = await serve();
  const asked = Array.from({ length: 1024 }, (_, i) => {
    const body = JSON.stringify(sample(`${i % 2 ? "42" : "41"} ${" ".repeat(i)}<|im_end|>`));
    return new Promise<number>((resolve, reject) => {
      const outgoing = request(server.url, { method: "POST", agent: false }, (incoming) => {
        let text = "";
        incoming.on("data", (chunk) => {
          text += chunk;
        });
        incoming.on("end", () => resolve(JSON.parse(text).rewards));
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  });
  expect(await Promise.all(asked)).toEqual(asked.map((_, i) => i % 2));
});

test("tests of programs are found in the problems file, and read when they are asked for", async () => {
  const path = join(await folder(), "problems.jsonl");
  const problem = { ...MATH, answer: "42", options: { note: "x".repeat(9000) } };
  await writeFile(path, `${formatPoolEntry({ problem, messages: [] })}\n\n{"id": "broken"}\n`);
  const server = await serve({ problems: path });
  const label = encodeLabel("i2", problem);
  expect(label).not.toContain("42");
  expect(JSON.parse(await ask(server, "42<|im_end|>", label)).rewards).toBe(1);
  expect(server.problems?.kinds).toEqual({ math: 1 });
  expect(server.problems?.rejected.map(({ line }) => line)).toEqual([3]);
  const other = encodeLabel("i3", { ...problem, id: "p9" });
  expect(JSON.parse(await ask(server, "42<|im_end|>", other)).extra_logs.verifier_error).toBe(1);
});

test("every reward is a line of the log, with why, and a line that a crash tore does not spoil the next", async () => {
  const log = join(await folder(), "deep", "rewards.jsonl");
  const first = await serve({ log });
  await ask(first, "<think>hm</think>so \\boxed{42}<|im_end|>");
  await first.close();
  await writeFile(log, '{"torn', { flag: "a" });
  const second = await serve({ log });
  await ask(second, "and then it was cut");
  await second.drain();
  const [one, torn, two, end] = (await readFile(log, "utf8")).split("\n");
  expect(JSON.parse(one as string)).toMatchObject({
    id: "i1",
    problem: "p1",
    domain: "math",
    messages: 24,
    right: 0,
    reward: 1,
    outcome: "scored",
    conclusion: "so \\boxed{42}",
    answer: "42",
  });
  expect(torn).toBe('{"torn');
  expect(JSON.parse(two as string)).toMatchObject({ outcome: "cut-off", tail: "and then it was cut" });
  expect(end).toBe("");
});

test("a log that is full begins anew, and keeps what was before in FILE.1", async () => {
  const log = join(await folder(), "rewards.jsonl");
  let maxBytes: number | undefined;
  for (let life = 0; life < 2; life++) {
    const server = await serve({ log, maxBytes });
    for (let i = 0; i < 4; i++) await ask(server, `answer ${i}<|im_end|>`);
    await server.close();
    maxBytes = (await readFile(log)).length;
  }
  for (const path of [log, `${log}.1`])
    expect((await readFile(path, "utf8")).trim().split("\n").length).toBe(4);
});

test("without the token in its path there is nothing, and no word of it", async () => {
  const token = "a-token-of-my-own-123";
  const server = await serve({ token });
  const root = `http://127.0.0.1:${server.port}`;
  expect(server.url).toBe(`${root}/${token}/reward`);
  expect(JSON.parse(await ask(server, "42<|im_end|>")).rewards).toBe(1);
  for (const path of [
    "/reward",
    "/",
    `/${token}x/reward`,
    "/metrics",
    `/${token}`,
    "/a-token-of-my-own-124/reward",
  ]) {
    const answer = await post(root + path, sample("42<|im_end|>"));
    const text = await answer.text();
    expect([answer.status, text.includes("token-of")]).toEqual([404, false]);
  }
  expect((await fetch(`${root}/metrics`)).status).toBe(404);
  expect((await fetch(`${root}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${root}/${token}/metrics`)).text()).not.toContain(token);
});

test("beyond loopback there is a token, and one that is too short is refused", async () => {
  const server = await serve({ host: "0.0.0.0" });
  expect(server.url).toMatch(/^http:\/\/0\.0\.0\.0:\d+\/[\w-]{32}\/reward$/);
  await expect(startRewardServer({ token: "short" })).rejects.toThrow(InvalidOptionError);
});

test.each([
  ["{", 400],
  ["[]", 400],
  ["{}", 400],
  ['{"query": ["a"]}', 400],
  ['{"query": ["a"], "labels": []}', 400],
  ['{"query": [1], "labels": ["a"]}', 400],
  ['{"query": ["a"], "labels": ["a"], "prompts": ["a", "b"]}', 400],
  ['{"query": ["a"], "labels": ["a"], "truncated": ["no"]}', 400],
])("%s is no post, and the answer says so in JSON", async (body, status) => {
  const answer = await post((await serve()).url, body);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { type: "invalid_request_error" } });
});

test("other methods, web pages, packed and endless bodies are refused, and the server goes on", async () => {
  const server = await serve({ maxBodyBytes: 4000 });
  expect((await fetch(server.url)).status).toBe(405);
  const page = { origin: "http://evil.example", "content-type": "text/plain" };
  expect((await post(server.url, sample("42"), { headers: page })).status).toBe(403);
  const packed = { "content-encoding": "gzip" };
  expect((await post(server.url, sample("42"), { headers: packed })).status).toBe(415);
  const large = await post(server.url, sample("x".repeat(5000)));
  expect([large.status, await large.text()]).toEqual([413, expect.stringContaining("--max-body")]);
  expect(JSON.parse(await ask(server, "42<|im_end|>")).rewards).toBe(1);
});

test("bodies beyond the budget wait for their turn, and all are answered", async () => {
  const server = await serve({ bodyBudgetBytes: 2 << 20 });
  const long = (i: number) => `${i} ${"reasoning ".repeat(150_000)}</think>${i % 2 ? 42 : 41}<|im_end|>`;
  const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => ask(server, long(i))));
  expect(answers.map((text) => JSON.parse(text).rewards)).toEqual(answers.map((_, i) => i % 2));
});

test("a server that drains answers what is in flight, and takes nothing new", async () => {
  let answerNow: (() => void) | undefined;
  const score = () =>
    new Promise<{ value: number; answer: null; explanation: string }>((resolve) => {
      answerNow = () => resolve({ value: 1, answer: null, explanation: "" });
    });
  const server = await serve({ judge: { name: "judge", score } });
  const label = encodeLabel("j1", { id: "j", prompt: "?", kind: "judge", answer: "free" });
  const inFlight = ask(server, "a<|im_end|>", label);
  await expect.poll(() => answerNow).toBeDefined();
  const drained = server.drain();
  await expect(post(server.url, sample("42"))).rejects.toThrow();
  answerNow?.();
  expect(JSON.parse(await inFlight).rewards).toBe(1);
  await drained;
});

test("a port that is taken, and problems that are none, are told at the start", async () => {
  const { port } = await serve();
  await expect(startRewardServer({ port })).rejects.toThrow("EADDRINUSE");
  await expect(startRewardServer({ problems: "/nowhere/x.jsonl" })).rejects.toThrow(InvalidOptionError);
  const empty = join(await folder(), "empty.jsonl");
  await writeFile(empty, '{"a": 1}\n');
  await expect(startRewardServer({ problems: empty })).rejects.toThrow("has no problem");
});
