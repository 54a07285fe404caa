/**
 * What the reward server holds out: mathematics rewards of one core at 1,024 posts at once.
 *
 *   node bench/reward.ts [--posts 100000]
 *
 * The server is another process, bound to one core where `taskset` can do that; it verifies every response (no two are
 * equal) and writes its log. The bar is OpenRLHF's way: a connection a post.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeLabel } from "../src/cluster/index.ts";
import { load } from "./reward-client.ts";
import type { RewardReport } from "./reward-process.ts";

const BARS = { perSecond: 2000, p99Ms: 500 };
const CONCURRENCY = 1024;

/** Answers as contests have them, each with one that is equal and one that is not. */
const ANSWERS = [
  ["204", "204", "205"],
  ["\\frac{3}{4}", "0.75", "\\frac{4}{3}"],
  ["\\sqrt{2}+1", "1 + \\sqrt{2}", "\\sqrt{3}"],
  ["(1, 2)", "(1,2)", "(2, 1)"],
  ["2^{10}", "1024", "1025"],
  ["x^2+2x+1", "(x+1)^2", "x^2+1"],
  ["\\frac{\\pi}{6}", "\\dfrac{1}{6}\\pi", "\\frac{\\pi}{3}"],
  ["12345678901", "12345678901", "12345678910"],
] as const;

const WORDS =
  "Let us check the second reference again. It claims that n must be even, so \\(n = 2k\\) and the sum becomes " +
  "\\(\\sum_{i=1}^{k} (2i)^2 = \\frac{2k(k+1)(2k+1)}{3}\\). But wait, for k = 1 this gives 4, which matches. ";

interface Size {
  name: string;
  /** Characters of the response, and messages of two thousand characters in the prompt. */
  chars: number;
  messages: number;
  keepAlive?: boolean;
  share?: number;
}

const SIZES: Size[] = [
  { name: "4 kB responses, a connection a post", chars: 4000, messages: 0 },
  { name: "4 kB responses, connections kept", chars: 4000, messages: 0, keepAlive: true, share: 0.5 },
  { name: "20 kB responses to P(x, M) of 20 messages", chars: 20_000, messages: 20, share: 0.1 },
  { name: "100 kB responses to P(x, M) of 20 messages", chars: 100_000, messages: 20, share: 0.05 },
];

const print = (line: string) => process.stdout.write(`${line}\n`);

/** A post whose text is like no other. */
function bodies({ name, chars, messages }: Size): (i: number) => { json: string; reward: string } {
  const reference = `Reference:\n${WORDS.repeat(20).slice(0, 2000)}\n`;
  const prompt = `<|im_start|>user\nHow many?\n${reference.repeat(messages)}<|im_end|>\n<|im_start|>assistant\n`;
  const reasoning = JSON.stringify(WORDS.repeat(Math.ceil(chars / WORDS.length)).slice(0, chars - 300)).slice(
    1,
    -1,
  );
  const promptJson = JSON.stringify(prompt);
  const labels = ANSWERS.map(([answer], k) =>
    JSON.stringify(
      encodeLabel(`1-${k}`, { id: `p${k}`, prompt: "How many?", answer, kind: "math" }, { messages }),
    ),
  );
  return (i) => {
    const k = i % ANSWERS.length;
    const [, right, wrong] = ANSWERS[k] as (typeof ANSWERS)[number];
    const isRight = (i >> 3) % 2 === 0;
    const conclusion = `Step ${i}: all cases are done.\n\n**Answer:** \\boxed{${isRight ? right : wrong}}`;
    const end = JSON.stringify(`\n</think>\n\n${conclusion}<|im_end|>`).slice(1);
    const query = `${promptJson.slice(0, -1)}<think>\\nAttempt ${i} of ${name}. ${reasoning}${end}`;
    return {
      json: `{"query": [${query}], "prompts": [${promptJson}], "labels": [${labels[k]}]}`,
      reward: isRight ? "1.0" : "0.0",
    };
  };
}

async function report(server: ReturnType<typeof spawn>): Promise<RewardReport> {
  server.send("report");
  return ((await once(server, "message")) as [RewardReport])[0];
}

const at = process.argv.indexOf("--posts");
const posts = at > 0 ? Number(process.argv[at + 1]) : 100_000;
const folder = await mkdtemp(join(tmpdir(), "reward-bench-"));
const log = join(folder, "rewards.jsonl");
const isPinned =
  availableParallelism() > 1 && spawnSync("taskset", ["-cp", "1", `${process.pid}`]).status === 0;
const script = fileURLToPath(new URL("./reward-process.ts", import.meta.url));
const command = [...(isPinned ? ["taskset", "-c", "0"] : []), process.execPath, script, log];
const server = spawn(command[0] as string, command.slice(1), {
  stdio: ["ignore", "inherit", "inherit", "ipc"],
});
const [url] = (await once(server, "message")) as [string];
print(
  `server ${isPinned ? "on one core, client on another" : "not bound to a core"}; load ${loadavg()[0]?.toFixed(2)}`,
);

let failedBars = false;
for (const size of SIZES) {
  const body = bodies(size);
  const count = Math.round(posts * (size.share ?? 1));
  const options = { url, concurrency: CONCURRENCY, keepAlive: size.keepAlive ?? false, body };
  await load({ ...options, posts: Math.min(4000, count), body: (i) => body(i + posts) });
  const before = await report(server);
  const own = process.cpuUsage();
  const { seconds, failed, latencies } = await load({ ...options, posts: count });
  const { user, system } = process.cpuUsage(own);
  const after = await report(server);
  const quantile = (p: number) =>
    (latencies[Math.min(count - 1, Math.floor(count * p))] as number).toFixed(0);
  const rate = count / seconds;
  const cpu = after.cpu - before.cpu;
  const share = (used: number) => `${((100 * used) / seconds).toFixed(0)} %`;
  const isMain = size === SIZES[0];
  const ok = rate >= BARS.perSecond && Number(quantile(0.99)) < BARS.p99Ms && failed === 0;
  if (isMain) failedBars ||= !ok;
  print(
    `${isMain ? (ok ? "PASS" : "FAIL") : "    "}  ${size.name}: ${rate.toFixed(0)} rewards/s, p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, ${failed} of ${count} failed; ${(count / cpu).toFixed(0)} a CPU second; server ${share(cpu)} of a core and ${after.rssMb.toFixed(0)} MB, client ${share((user + system) / 1e6)}`,
  );
}
print(`      log ${((await stat(log)).size / 2 ** 20).toFixed(0)} MB`);
server.disconnect();
await once(server, "exit");
await rm(folder, { recursive: true });
process.exitCode = failedBars ? 1 : 0;
