/**
 * Resuming and reporting large evaluations.
 *
 * Bars: an evaluation with 200,000 finished trajectories goes on in less than 10 s and keeps its totals; 20,000
 * problems × 24 trajectories are reported in less than 30 s, at less than 500 MB RSS.
 *
 *   node bench/eval-resume.ts            both; each part in a process of its own, so that RSS is its own
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Trajectory } from "../src/core/trajectory.ts";
import { NO_USAGE } from "../src/core/usage.ts";
import { graderFor } from "../src/data/grader.ts";
import type { Problem } from "../src/data/problem.ts";
import { type EvaluateOptions, evaluate } from "../src/eval/evaluate.ts";
import { single, vote } from "../src/eval/method.ts";
import { digestOf } from "../src/eval/plan.ts";
import { runCard } from "../src/eval/run-card.ts";
import { type EvaluationStore, openStore } from "../src/eval/store.ts";
import { NO_COST, SAMPLE, type Trial } from "../src/eval/trial.ts";
import { writeReport } from "../src/eval/write-report.ts";
import { scriptedModel } from "../src/testing/scripted-model.ts";

const SAMPLES = 24;
/** 8,334 problems × 24 trajectories: a little more than 200,000. */
const RESUME_PROBLEMS = 8334;
const REPORT_PROBLEMS = 20_000;
/** Characters of one trajectory: small ones, so that the bench ends; texts are not read by either part. */
const TEXT = "x".repeat(2000);

const problemsOf = (count: number): Problem[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `p${i}`,
    prompt: `Problem ${i}: what is ${i}?`,
    answer: `${i}`,
    kind: "math",
  }));

/** About half right; the wrong ones give a few different answers. */
function trialOf(problem: number, sample: number): Trial {
  const right = (problem * 7 + sample * 13) % 10 < problem % 10;
  const answer = right ? `${problem}` : `${problem + 1 + ((problem + sample) % 5)}`;
  const cost = {
    ...NO_COST,
    calls: 1,
    input: 100,
    output: 400 + sample,
    latencyMs: 900 + ((sample * 37) % 400),
  };
  return { status: "done", value: right ? 1 : 0, answer, cutOff: false, cost, lengths: [400 + sample] };
}

function trajectoryOf(sample: number): Trajectory {
  return {
    round: 1,
    index: 0,
    attempt: 0,
    outcome: "finished",
    content: [{ type: "text", text: TEXT }],
    message: TEXT,
    finishReason: { unified: "stop", raw: undefined },
    usage: { ...NO_USAGE, input: 100, text: 400 + sample, output: 400 + sample },
    modelId: "scripted",
    startedAt: 0,
    durationMs: 900,
  };
}

/** As an evaluation leaves it, one problem at a time. */
async function fill(store: EvaluationStore, problems: readonly Problem[], skip: number): Promise<void> {
  const numbers = await store.numberProblems(
    problems.map((problem) => ({ id: problem.id, digest: digestOf(problem) })),
  );
  for (const [i, { id }] of problems.slice(0, problems.length - skip).entries()) {
    const problem = numbers.get(id) as number;
    const writes = Array.from({ length: SAMPLES }, async (_, repetition) => {
      const unit = { problem, method: SAMPLE, repetition };
      await store.journalOf(unit, () => {}).putTrajectory(trajectoryOf(repetition));
      await store.putTrial(unit, trialOf(i, repetition));
    });
    await Promise.all(writes);
  }
}

const optionsOf = (store: EvaluationStore): EvaluateOptions => ({
  model: scriptedModel(() => "\\boxed{1}"),
  methods: [single, vote(16)],
  samples: 1,
  pool: SAMPLES,
  seed: 0,
  store,
  grader: (problem) => graderFor(problem),
  concurrency: 64,
});

const rssMb = () => Math.round(process.resourceUsage().maxRSS / 1024);

async function resume(path: string): Promise<void> {
  const startedAt = performance.now() - process.uptime() * 1000;
  const problems = problemsOf(RESUME_PROBLEMS);
  const store = await openStore(path, { create: false });
  let firstAt: number | undefined;
  const onProgress = () => {
    firstAt ??= performance.now();
  };
  const outcome = await evaluate(problems, { ...optionsOf(store), onProgress });
  const { calls, output } = outcome.spent;
  const whole = RESUME_PROBLEMS * SAMPLES;
  const expected =
    (RESUME_PROBLEMS - 1) * SAMPLES * 400 + (RESUME_PROBLEMS - 1) * ((SAMPLES * (SAMPLES - 1)) / 2);
  console.log(
    `resume: ${outcome.resumed} finished trajectories, first new one after ${seconds((firstAt ?? 0) - startedAt)} s (bar 10)`,
  );
  console.log(
    `  totals: ${calls} calls of ${whole}, ${output} tokens (${output - expected} of them new); peak RSS ${rssMb()} MB`,
  );
  await store.close();
}

async function report(path: string, folder: string): Promise<void> {
  const problems = problemsOf(REPORT_PROBLEMS);
  const store = await openStore(path, { create: false });
  const options = optionsOf(store);
  const startedAt = performance.now();
  const units = REPORT_PROBLEMS * SAMPLES;
  const tally = {
    planned: units,
    finished: units,
    failed: 0,
    resumed: units,
    missingCalls: 0,
    endedCalls: 0,
  };
  const outcome = { ...tally, end: "done" as const, spent: store.spent(), money: undefined };
  const facts = {
    data: "bench",
    model: "scripted",
    rejected: 0,
    skipped: 0,
    settings: {},
    version: "0",
    argv: [],
  };
  const card = runCard({ ...facts, problems, plan: options });
  const summary = await writeReport({ store, problems, plan: options, outcome, card, folder });
  console.log(
    `report: ${REPORT_PROBLEMS} problems × ${SAMPLES} in ${seconds(performance.now() - startedAt)} s (bar 30), peak RSS ${rssMb()} MB (bar 500)`,
  );
  console.log(
    `  accuracy ${summary.methods.map(({ key, accuracy }) => `${key} ${accuracy.mean.toFixed(4)}`).join(", ")}`,
  );
  await store.close();
}

const seconds = (ms: number) => (ms / 1000).toFixed(2);

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pacore-bench-eval-"));
  const inOwnProcess = (...args: string[]) =>
    spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], { stdio: "inherit" });
  try {
    for (const [part, count] of [
      ["resume", RESUME_PROBLEMS],
      ["report", REPORT_PROBLEMS],
    ] as const) {
      const path = join(folder, `${part}.db`);
      const store = await openStore(path);
      const startedAt = performance.now();
      await fill(store, problemsOf(count), part === "resume" ? 1 : 0);
      await store.close();
      const perTrajectory = (performance.now() - startedAt) / (count * SAMPLES);
      console.log(`filled ${count * SAMPLES} trajectories, ${perTrajectory.toFixed(3)} ms each`);
      inOwnProcess(part, path, folder);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [part, path = "", folder = ""] = process.argv.slice(2);
if (part === "resume") await resume(path);
else if (part === "report") await report(path, folder);
else await main();
