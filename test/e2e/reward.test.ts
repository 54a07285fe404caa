import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { encodeLabel } from "../../src/cluster/index.ts";
import type { Problem } from "../../src/data/problem.ts";
import { formatPoolEntry } from "../../src/train/pool/pool-entry.ts";
import { runCli, temporaryFolder } from "./run-cli.ts";

const ENTRY = fileURLToPath(new URL("./cli-entry.mjs", import.meta.url));
const PROBLEM: Problem = { id: "p1", prompt: "6 times 7?", answer: "42", kind: "math" };
const LABEL = encodeLabel("1-0", PROBLEM, { messages: 3, right: 0 });

interface Served {
  child: ChildProcess;
  url: string;
  /** Everything that was printed, once it has ended. */
  output: Promise<string[]>;
}

async function serve(args: string[], env: Record<string, string> = {}): Promise<Served> {
  const child = spawn(process.execPath, [ENTRY, "reward", "serve", "--port", "0", ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^Rewards on (\S+)$/.exec(line)?.[1];
    if (url) return { child, url, output };
  }
  throw new Error((await output).join());
}

const ask = async (url: string, response: string, label = LABEL) => {
  const body = { query: [`6 times 7? ${response}`], prompts: ["6 times 7? "], labels: [label] };
  return (await fetch(url, { method: "POST", body: JSON.stringify(body) })).json();
};

async function ended({ child, output }: Served, signal: NodeJS.Signals) {
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
  return { code: child.exitCode, output: await output };
}

test("rewards are served, logged, and told by inspect; SIGTERM ends it in order", async () => {
  const log = join(await temporaryFolder(), "rewards.jsonl");
  const server = await serve(["--log", log, "--cut-off", "scored"]);
  expect(await ask(server.url, "<think>a</think>It is 42.<|im_end|>")).toMatchObject({ rewards: 1 });
  expect(await ask(server.url, "<think>b</think>It is 42.")).toMatchObject({ rewards: 1 });
  expect(await ask(server.url, "42<|im_end|>", "nonsense")).toMatchObject({ rewards: 1 });
  expect((await ended(server, "SIGTERM")).code).toBe(0);

  const figures = JSON.parse((await runCli(["reward", "inspect", log, "--json"])).stdout);
  expect(figures).toMatchObject({ rewards: 3, errors: 1, groups: { instances: 1, emergent: 1 } });
  const shown = (await runCli(["reward", "inspect", log])).stdout;
  expect(shown).toContain("1 × error: The label cannot be read (it is no JSON); write it with encodeLabel.");
  const sample = (await runCli(["reward", "inspect", log, "--sample", "1-0"])).stdout;
  expect(sample).toMatch(/reward 1 \(scored\).*\|M\| 3, 0 of them right\nverifier: .*\nanswer: 42\n/);
  const failed = (await runCli(["reward", "inspect", log, "--failed", "--json"])).stdout.trim().split("\n");
  expect(failed.map((line) => JSON.parse(line).outcome)).toEqual(["error"]);
});

test("a server that is killed and begun again goes on with the same log", async () => {
  const log = join(await temporaryFolder(), "rewards.jsonl");
  const first = await serve(["--log", log]);
  await ask(first.url, "42<|im_end|>");
  await expect
    .poll(async () => (await runCli(["reward", "inspect", log, "--json"])).stdout)
    .toContain('"rewards":1');
  await ended(first, "SIGKILL");
  await writeFile(log, '{"at": 17, "id": "1-', { flag: "a" });
  const second = await serve(["--log", log]);
  await ask(second.url, "41<|im_end|>");
  await ended(second, "SIGTERM");
  const { stdout, stderr, code } = await runCli(["reward", "inspect", log, "--json"]);
  expect([JSON.parse(stdout).rewards, stderr.includes(`${log}:2:`), code]).toEqual([2, true, 3]);
});

test("a token of one's own is not shown", async () => {
  const token = "my-own-token-1234567890";
  const own = await serve([], { PACORE_REWARD_TOKEN: token });
  expect(own.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\$PACORE_REWARD_TOKEN\/reward$/);
  expect(await ask(own.url.replace("$PACORE_REWARD_TOKEN", token), "42<|im_end|>")).toMatchObject({
    rewards: 1,
  });
  expect(await ask(own.url, "42<|im_end|>")).toMatchObject({ error: { code: "unknown_url" } });
  expect((await ended(own, "SIGINT")).output.join()).not.toContain(token);
});

test("with a pool it is an environment, and a problems file is told", async () => {
  const pool = join(await temporaryFolder(), "pool.jsonl");
  const messages = ["41", "43", "44"].map((words) => ({ text: words, score: 0 }));
  await writeFile(pool, `${formatPoolEntry({ problem: PROBLEM, messages })}\n`);
  const server = await serve(["--pool", pool, "--problems", pool, "--messages", "2-3", "--instances", "1"]);
  const base = server.url.replace(/reward$/, "");
  const post = async (path: string, body: unknown) =>
    (await fetch(base + path, { method: "POST", body: JSON.stringify(body) })).json() as Promise<
      Record<string, unknown>
    >;
  const { id, problem, prompt } = await post("reset", {});
  expect([id, problem, JSON.stringify(prompt)]).toEqual([
    "0-0-0",
    "p1",
    expect.stringContaining("6 times 7?"),
  ]);
  expect(await post("step", { id, text: "42" })).toMatchObject({ reward: 1, done: true });
  const { output } = await ended(server, "SIGTERM");
  expect(output.join()).toContain("Problems: 1 math");
});

test.each([
  [["reward", "serve", "--problems", "nowhere.jsonl"], "nowhere.jsonl"],
  [["reward", "serve", "--pool", "nowhere.jsonl"], "nowhere.jsonl"],
  [["reward", "serve", "--cut-off", "much"], "--cut-off"],
  [["reward", "serve", "--verifier-error", "2"], "--verifier-error"],
  [["reward", "serve", "--messages", "9-3"], "--messages"],
  [["reward", "inspect", "nowhere.jsonl"], "nowhere.jsonl"],
])("%s is bad input", async (args, named) => {
  const { code, stderr } = await runCli(args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(named)]);
});
