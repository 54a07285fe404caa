/**
 * What an evaluation costs in CPU besides the model, the core and the verification.
 *
 * The same calls with the same answers, once through `solve` with the verifier, once through `evaluate` with its
 * store on disk; the difference is the evaluation's own. Told as a share of what a run on a real endpoint costs
 * (the core's client at 2,000 streamed tokens a trajectory, see bench/coordinate.ts).
 *
 *   node bench/eval-overhead.ts [problems]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { solve } from "../src/core/solve.ts";
import { graderFor } from "../src/data/grader.ts";
import { evaluate } from "../src/eval/evaluate.ts";
import { coordinated } from "../src/eval/method.ts";
import { openStore } from "../src/eval/store.ts";
import { scriptedModel } from "../src/testing/scripted-model.ts";

const count = Number(process.argv[2] ?? 400);
const WIDTHS = [16];
const CALLS = count * 17;
const REASONING = "Let me compute this step by step and check it again. ".repeat(160);

const model = () => scriptedModel(({ number }) => ({ reasoning: REASONING, text: `\\boxed{${number % 7}}` }));
const problems = Array.from({ length: count }, (_, i) => ({
  id: `p${i}`,
  prompt: `${i}?`,
  answer: "3",
  kind: "math" as const,
}));
const { signal } = new AbortController();

async function bare(): Promise<number> {
  const policy = model();
  const before = process.cpuUsage();
  for (const [seed, problem] of problems.entries()) {
    const { answer, messages } = await solve(policy, problem.prompt, { widths: WIDTHS, seed });
    const grader = graderFor(problem);
    // Each text once, as the evaluation does.
    for (const message of new Set([answer, ...messages])) {
      await grader.score(message, signal);
      grader.normalForm?.(message);
    }
  }
  return cpuMs(before);
}

async function evaluated(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "pacore-bench-overhead-"));
  const store = await openStore(join(folder, "evaluation.db"));
  const before = process.cpuUsage();
  const options = {
    model: model(),
    methods: [coordinated(WIDTHS)],
    samples: 1,
    seed: 0,
    store,
    concurrency: 64,
  };
  await evaluate(problems, { ...options, grader: (problem) => graderFor(problem) });
  const used = cpuMs(before);
  await store.close();
  rmSync(folder, { recursive: true });
  return used;
}

function cpuMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

await bare();
const rounds: { solve: number; evaluate: number }[] = [];
for (let i = 0; i < 3; i++) rounds.push({ solve: await bare(), evaluate: await evaluated() });
const best = (of: "solve" | "evaluate") => Math.min(...rounds.map((round) => round[of])) / CALLS;
const own = best("evaluate") - best("solve");
console.log(`${CALLS} calls of ${REASONING.length} characters, best of three, CPU per call:`);
console.log(
  `  solve and verify ${best("solve").toFixed(3)} ms, evaluate ${best("evaluate").toFixed(3)} ms, its own ${own.toFixed(3)} ms`,
);
