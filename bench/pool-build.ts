/**
 * What building a pool costs beside the model, in CPU of this process (the machine may be busy).
 *
 *   node bench/pool-build.ts [problems]
 *
 * 1. The embedded model: trajectories of the same problems, drawn directly and through `buildPool`, in turns.
 * 2. The build's own cost: a model that answers at once. Its share of an embedded trajectory; bar: 5 %.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { graderFor } from "../src/data/grader.ts";
import type { Problem } from "../src/data/problem.ts";
import { toPrompt } from "../src/data/to-prompt.ts";
import { worklistProblems } from "../src/data/worklists.ts";
import { embeddedModel } from "../src/embedded/language-model.ts";
import { scriptedModel } from "../src/testing/scripted-model.ts";
import { buildPool, POOL_SIZE } from "../src/train/pool/build-pool.ts";

const count = Number(process.argv[2] ?? 20);
const ROUNDS = 3;
const AT_ONCE = 2;
const BAR = 0.05;

interface Cost {
  cpuMs: number;
  perSecond: number;
}

/** Of one trajectory. */
async function costOf(problems: readonly Problem[], work: () => Promise<unknown>): Promise<Cost> {
  const [before, startedAt] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(before);
  const trajectories = problems.length * POOL_SIZE;
  return {
    cpuMs: (user + system) / 1000 / trajectories,
    perSecond: (trajectories / (performance.now() - startedAt)) * 1000,
  };
}

async function build(problems: readonly Problem[], model: LanguageModelV4): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pacore-bench-build-"));
  const grader = (problem: Problem) => graderFor(problem);
  const options = { concurrency: AT_ONCE * POOL_SIZE, together: true, durable: false };
  await buildPool(problems, { model, out: join(folder, "pool.jsonl"), grader, ...options });
  rmSync(folder, { recursive: true });
}

/** As many problems at once, without a journal, a verifier or a file. */
async function draw(problems: readonly Problem[], model: LanguageModelV4): Promise<void> {
  const queue = problems.values();
  const worker = async () => {
    for (const problem of queue) {
      const calls = Array.from({ length: POOL_SIZE }, (_, seed) =>
        model.doGenerate({ prompt: toPrompt(problem), seed }),
      );
      await Promise.all(calls);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const embedded = embeddedModel();
const instant = () =>
  scriptedModel(({ number }) => ({
    reasoning: "A: 5 +3 8 ×7 6 +1 7 ".repeat(8),
    text: `A=${number % 10} B=2`,
  }));
const problemsOf = (seed: number, size = count) => worklistProblems({ count: size, seed });

await build(problemsOf(1, AT_ONCE), embedded);
await build(problemsOf(1, AT_ONCE), instant());
const best = (costs: readonly Cost[]) => costs.reduce((a, b) => (b.cpuMs < a.cpuMs ? b : a));
const [drawn, built, own]: [Cost[], Cost[], Cost[]] = [[], [], []];
for (let round = 0; round < ROUNDS; round++) {
  const problems = problemsOf(2 + round);
  drawn.push(await costOf(problems, () => draw(problems, embedded)));
  built.push(await costOf(problems, () => build(problems, embedded)));
  own.push(await costOf(problems, () => build(problems, instant())));
}
const text = ({ cpuMs, perSecond }: Cost) => `${cpuMs.toFixed(2)} ms of CPU, ${perSecond.toFixed(0)}/s`;
console.log(`${count} problems × ${POOL_SIZE}, a trajectory, best of ${ROUNDS} by CPU:`);
console.log(`  drawn from the embedded model   ${text(best(drawn))}`);
console.log(`  the same through the pool       ${text(best(built))}`);
console.log(`  the pool, a model at no cost    ${text(best(own))}`);
const share = best(own).cpuMs / best(built).cpuMs;
console.log(`  outside the model: ${(100 * share).toFixed(1)} % (bar ${100 * BAR} %)`);
