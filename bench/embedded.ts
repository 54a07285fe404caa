/**
 * The embedded model: time to the first token from process start, tokens per second, and the [32, 4] workload.
 *
 *   node bench/embedded.ts
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { embeddedModel, sampleProblem } from "../src/embedded/index.ts";
import { synthesisPrompt } from "../src/embedded/prompts.ts";

const call = (text: string, seed: number): LanguageModelV4CallOptions => ({
  prompt: [{ role: "user", content: [{ type: "text", text }] }],
  seed,
});

const seconds = (from: number) => (performance.now() - from) / 1000;

/** `count` samples at once: their conclusions, tokens and time. */
async function sample(text: string, count: number) {
  const started = performance.now();
  const model = embeddedModel();
  const results = await Promise.all(
    Array.from({ length: count }, (_, seed) => model.doGenerate(call(text, seed))),
  );
  const tokens = results.reduce((sum, { usage }) => sum + (usage.outputTokens.total ?? 0), 0);
  const messages = results.map(({ content }) => {
    const last = content.at(-1);
    return last?.type === "text" ? last.text : "";
  });
  return { messages, tokens, elapsed: seconds(started) };
}

/** Stream one answer and say when its first token came; the parent process holds the clock. */
async function firstTokenChild(): Promise<void> {
  const { stream } = await embeddedModel().doStream(call(sampleProblem(1), 1));
  for await (const part of stream) {
    if (part.type === "reasoning-delta") {
      process.stdout.write("first token\n");
      return;
    }
  }
}

async function timeToFirstToken(executor: string): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [import.meta.filename, "first-token"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PACORE_EXECUTOR: executor },
  });
  await once(child.stdout, "data");
  const elapsed = seconds(started);
  child.kill();
  await once(child, "exit");
  return elapsed;
}

async function workload(problem: string): Promise<number> {
  const started = performance.now();
  const round1 = await sample(problem, 32);
  const round2 = await sample(synthesisPrompt(problem, round1.messages), 4);
  await sample(synthesisPrompt(problem, round2.messages), 1);
  return seconds(started);
}

async function main(): Promise<void> {
  for (const executor of ["onnxruntime", "wasm"]) {
    const times: number[] = [];
    for (let run = 0; run < 3; run++) times.push(await timeToFirstToken(executor));
    const best = Math.min(...times).toFixed(2);
    console.log(`process start to first token, ${executor}: ${best} s (best of 3; bar 3 s)`);
  }
  for (const [name, seed] of [["cold", 2] as const, ["warm", 3] as const]) {
    const { tokens, elapsed } = await sample(sampleProblem(seed), 32);
    const rate = (tokens / elapsed).toFixed(0);
    console.log(
      `32 samples of one problem, ${name}: ${tokens} tokens in ${elapsed.toFixed(2)} s, ${rate} tokens/s`,
    );
  }
  for (const [name, seed] of [["cold", 4] as const, ["warm", 5] as const]) {
    console.log(`[32, 4] on one problem, ${name}: ${(await workload(sampleProblem(seed))).toFixed(2)} s`);
  }
  const started = performance.now();
  const problems = Array.from({ length: 64 }, (_, seed) => sampleProblem(100 + seed));
  const many = await Promise.all(problems.map((problem) => sample(problem, 1)));
  const tokens = many.reduce((sum, result) => sum + result.tokens, 0);
  console.log(`64 problems, one sample each: ${tokens} tokens in ${seconds(started).toFixed(2)} s`);
}

await (process.argv[2] === "first-token" ? firstTokenChild() : main());
