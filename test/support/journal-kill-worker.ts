// One life of a run that is killed: `node journal-kill-worker.ts FOLDER [STEP]`. Each call that the upstream
// would charge for goes into the file `bank` when it ends, each trajectory that an observer sees into `seen`.
// At the given step (a call paid, or a trajectory seen) the process kills itself; without it, it goes on to
// the end, or until somebody else kills it.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { problemOf } from "../../src/core/prompt-slot.ts";
import { solve, userPrompt } from "../../src/core/solve.ts";
import { openJournal } from "../../src/journal/index.ts";
import { scriptedModel } from "../../src/testing/scripted-model.ts";

const WIDTHS = [6, 3];
/** All places and the final one: what a retry's seed is apart from the first's. */
const PLACES = 10;
const SEED = 1000;

/** round/index/attempt of a call, from its seed: the bank knows nothing else of it. */
function keyOf(seed: number): string {
  const place = (seed - SEED) % PLACES;
  const [round, index] = place < 6 ? [1, place] : place < 9 ? [2, place - 6] : [3, 0];
  return `${round}/${index}/${Math.floor((seed - SEED) / PLACES)}`;
}

const [folder, killAt] = process.argv.slice(2) as [string, string | undefined];
let step = 0;
function note(file: "bank" | "seen", key: string): void {
  appendFileSync(join(folder, file), `${key}\n`);
  if (++step === Number(killAt)) process.kill(process.pid, "SIGKILL");
}

const model = scriptedModel(async ({ seed = SEED, prompt }) => {
  await new Promise((resolve) => setTimeout(resolve, (seed * 7) % 13));
  const key = keyOf(seed);
  note("bank", key);
  if (key === "1/1/0" || key === "2/2/0") return { reasoning: "too long", finish: "length" };
  return { reasoning: "hm", text: `m${seed} of ${problemOf(prompt).length} ${"x".repeat(seed % 5000)}` };
});

const store = await openJournal(join(folder, "journal.db"));
const run = await store.run({
  runId: "run",
  createdAt: Date.now(),
  model: model.modelId,
  widths: WIDTHS,
  call: { prompt: userPrompt("x?") },
  settings: { seed: SEED },
  fingerprint: "the same",
});
await solve(model, "x?", {
  widths: WIDTHS,
  seed: SEED,
  concurrency: 3,
  retryDelayMs: 0,
  runId: "run",
  journal: run,
  onEvent: (event) => {
    if (event.type !== "trajectory-end" || event.replayed) return;
    const { round, index, attempt } = event.trajectory;
    note("seen", `${round}/${index}/${attempt}`);
  },
});
await store.close();
