import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startUpstream } from "../../src/testing/upstream.ts";
import { type ChatReply, type ChatRequest, chatServer } from "./chat-server.ts";
import { runCli, temporaryFolder } from "./run-cli.ts";

/** Right for even numbers; what a problem is answered does not depend on when. */
const sums = ({ prompt }: ChatRequest): ChatReply => {
  const a = Number(/(\d+) \+/.exec(prompt)?.[1]);
  return `<think>Let me see.</think>The answer is \\boxed{${a % 2 === 0 ? 2 * a : 999}}.`;
};

async function sumsFile(count: number) {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({ id: `sum ${i} ✓`, question: `${i} + ${i}?`, answer: `${2 * i}` }),
  );
  await writeFile(at("sums.jsonl"), lines.join("\n"));
  return { folder, at };
}

const lastLine = (stdout: string) => JSON.parse(stdout.trim().split("\n").at(-1) ?? "");

test("shards, one of them killed with -9 and run again, merge to the pool of one build", async () => {
  const { folder, at } = await sumsFile(12);
  const { reference, requests } = await chatServer(sums);
  const build = (out: string, ...more: string[]) => {
    const args = ["pool", "build", at("sums.jsonl"), "--model", reference, "--size", "3", "--json"];
    return [...args, "--concurrency", "2", "--out", at(out), ...more];
  };
  expect(await runCli(build("whole.jsonl"))).toMatchObject({ code: 0 });
  expect(requests).toHaveLength(36);

  const second = await runCli(build("2.jsonl", "--shard", "2/2"));
  expect(second).toMatchObject({ code: 0 });
  const dead = await runCli(build("1.jsonl", "--shard", "1/2"), {
    onStart: (child) => child.stdout?.on("data", () => child.kill("SIGKILL")),
  });
  expect(dead.code).toBe("SIGKILL");
  const early = await runCli(["pool", "merge", at("pool.jsonl"), at("1.jsonl"), at("2.jsonl")]);
  expect(early).toMatchObject({ code: 2 });
  expect(early.stderr).toContain("1.jsonl is not built yet");
  const wrong = await runCli(build("1.jsonl", "--shard", "2/2"));
  expect(wrong).toMatchObject({ code: 2 });
  expect(wrong.stderr).toContain("other shards than 2/2");
  const first = await runCli(build("1.jsonl", "--shard", "1/2"));
  expect(first).toMatchObject({ code: 0 });
  expect(lastLine(first.stdout).complete + lastLine(second.stdout).complete).toBe(12);
  // Of the killed build only what was in flight is asked twice.
  expect(requests.length).toBeLessThanOrEqual(72 + 2);

  const alone = await runCli(["pool", "merge", at("pool.jsonl"), at("2.jsonl")]);
  expect(alone).toMatchObject({ code: 2 });
  expect(alone.stderr).toContain("1/2 is missing");
  const merged = await runCli(["pool", "merge", at("pool.jsonl"), at("1.jsonl"), at("2.jsonl")]);
  expect(merged).toMatchObject({ code: 0 });
  expect(merged.stdout).toContain("12 problems");
  expect(await readFile(at("pool.jsonl"), "utf8")).toBe(await readFile(at("whole.jsonl"), "utf8"));
  expect((await readdir(folder)).filter((name) => /tmp|partial/.test(name))).toEqual([]);
});

test("several endpoints share the calls; a dead one is told of, and one with another model refused", async () => {
  const { at } = await sumsFile(8);
  const [a, b, down] = await Promise.all([chatServer(sums), chatServer(sums), chatServer(sums)]);
  const other = await startUpstream({ models: { x: () => ({ content: "42" }) } });
  onTestFinished(() => other.close());
  await down.upstream.close();
  const build = ["pool", "build", at("sums.jsonl"), "--size", "4", "--out", at("pool.jsonl")];
  const args = [...build, "--model", "model", "--base-url", a.url, "--base-url", `${down.url},${b.url}`];
  const refused = await runCli([...args, "--base-url", other.url]);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain(`${other.url} serves x, not model as ${a.url} does`);
  expect(a.requests).toHaveLength(0);
  const ran = await runCli(args);
  expect(`${ran.code} ${ran.stderr}`).toMatch(/^0 /);
  expect(ran.stderr).toContain(`${down.url} does not answer`);
  expect(ran.stdout).toContain("8 of 8 problems, 32 messages");
  expect(ran.stdout).toContain(`${a.url} ${a.requests.length} calls, `);
  expect(a.requests.length + b.requests.length).toBe(32);
  expect(Math.min(a.requests.length, b.requests.length)).toBeGreaterThan(4);
});
