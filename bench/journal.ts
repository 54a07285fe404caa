/**
 * What the journal costs, and whether it keeps its word.
 *
 *   node bench/journal.ts [--quick]
 *
 * 1. Latency of one `putTrajectory` of 20 KB and of 500 KB, one at a time and 32 in one turn of the event loop.
 *    Baseline in the same run, interleaved: the same bytes appended to a plain file, with fdatasync.
 * 2. Resume of 200,000 finished trajectories: open, list, and read every run that is not finished.
 * 3. 100 runs, each killed with SIGKILL after a random time, and resumed (and killed again) until it is done:
 *    nothing that was stored is paid twice, nothing that was seen is lost, the result is that of a whole run.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { seededRandom } from "../src/core/random.ts";
import { type JournalStore, openJournal } from "../src/journal/index.ts";
import { outcomeOf, runLives } from "../test/support/journal-kill.ts";
import { header, result, trajectory } from "../test/support/journal-records.ts";

const quick = process.argv.includes("--quick");
const BARS = { put20KbMs: 5, resumeMs: 10_000 };
const KILLED_RUNS = quick ? 10 : 100;
const RESUMED = quick ? 20_000 : 200_000;
const PER_RUN = 24;

const print = (line: string) => process.stdout.write(`${line}\n`);
const failures: string[] = [];
const bar = (ok: boolean, text: string) => {
  print(`${ok ? "ok  " : "FAIL"} ${text}`);
  if (!ok) failures.push(text);
};

function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}

const show = (ms: number[]) => {
  const sorted = Float64Array.from(ms).sort();
  const mean = ms.reduce((sum, value) => sum + value, 0) / ms.length;
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
  return { mean, text: `mean ${mean.toFixed(2)} ms, p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)}` };
};

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function benchPuts(folder: string): Promise<void> {
  await using store = await openJournal(join(folder, "puts.db"));
  const run = await store.run(header("puts"));
  const file = openSync(join(folder, "plain"), "a");
  let index = 0;
  for (const [kilobytes, count] of [
    [20, quick ? 100 : 500],
    [500, quick ? 30 : 100],
  ] as const) {
    const message = "x".repeat(kilobytes * 1000);
    const put = () => run.putTrajectory(trajectory(index++, { message, content: [] }));
    const plain = () => {
      writeSync(file, message);
      fdatasyncSync(file);
    };
    const [ours, baseline, grouped]: [number[], number[], number[]] = [[], [], []];
    for (let i = 0; i < count; i++) {
      ours.push(await timed(put));
      baseline.push(await timed(plain));
      if (i % 32 === 0) grouped.push((await timed(() => Promise.all(Array.from({ length: 32 }, put)))) / 32);
    }
    const single = show(ours);
    print(`put ${kilobytes} KB: ${single.text}; append and fdatasync alone: ${show(baseline).text}`);
    print(`put ${kilobytes} KB, 32 in one turn, each: ${show(grouped).text}`);
    if (kilobytes === 20)
      bar(single.mean < BARS.put20KbMs, `a trajectory of 20 KB in < ${BARS.put20KbMs} ms`);
  }
  closeSync(file);
}

/** Runs of 24 trajectories of 2 KB; every tenth was interrupted. */
async function fill(store: JournalStore): Promise<string[]> {
  const message = "y".repeat(2000);
  const ids = Array.from({ length: Math.ceil(RESUMED / PER_RUN) }, (_, i) => `problem-${i}`);
  for (let at = 0; at < ids.length; at += 20) {
    await Promise.all(
      ids.slice(at, at + 20).map(async (id, i) => {
        const run = await store.run(header(id));
        await Promise.all(
          Array.from({ length: PER_RUN }, (_, k) => run.putTrajectory(trajectory(k, { message }))),
        );
        if ((at + i) % 10 > 0) await run.putResult(result(id));
      }),
    );
  }
  return ids;
}

async function benchResume(folder: string): Promise<void> {
  const path = join(folder, "resume.db");
  const filling = await openJournal(path);
  let ids: string[] = [];
  const filled = await timed(async () => {
    ids = await fill(filling);
  });
  await filling.close();
  const size = (statSync(path).size / 1e6).toFixed(0);
  print(
    `${ids.length * PER_RUN} trajectories in ${ids.length} runs, ${size} MB, written in ${filled.toFixed(0)} ms`,
  );
  await using store = await openJournal(path);
  const listed = await timed(() => store.list());
  let [finished, replayed] = [0, 0];
  const resumed = await timed(async () => {
    for (const id of ids) {
      const run = await store.run(header(id));
      if (run.result()) finished++;
      else replayed += run.trajectories().length;
    }
  });
  print(`list: ${listed.toFixed(0)} ms; every run opened again: ${resumed.toFixed(0)} ms`);
  print(`  ${finished} runs had a result, ${replayed} trajectories of the others were read`);
  bar(listed + resumed < BARS.resumeMs, `resumed in < ${BARS.resumeMs / 1000} s`);
}

async function benchKills(): Promise<void> {
  const whole = await runLives(() => undefined);
  const usual = await timed(() => runLives(() => undefined));
  const random = seededRandom(2601_05593);
  let [kills, paidTwice, lost, other, paid] = [0, 0, 0, 0, 0];
  const spent = await timed(async () => {
    for (let done = 0; done < KILLED_RUNS; done++) {
      // Of each run the first life is killed; the second, in every other case, too.
      let left = done % 2 === 0 ? 1 : 2;
      const killed = await runLives(() => (left-- > 0 ? { afterMs: random() * usual } : undefined));
      kills += killed.kills;
      paid += killed.paid;
      paidTwice += killed.paidTwice.length;
      lost += killed.lost.length;
      if (!isDeepStrictEqual(outcomeOf(killed), outcomeOf(whole))) other++;
    }
  });
  const inFlight = paid - KILLED_RUNS * whole.paid;
  print(
    `${kills} kills in ${KILLED_RUNS} runs, ${(spent / 1000).toFixed(0)} s; ${inFlight} calls in flight paid again`,
  );
  bar(kills >= KILLED_RUNS / 2, "most kills hit a run that was not done");
  bar(paidTwice === 0, "nothing stored is paid twice");
  bar(lost === 0, "nothing seen or stored is lost");
  bar(other === 0, "every result is that of a whole run");
}

const folder = mkdtempSync(join(tmpdir(), "pacore-bench-"));
try {
  await benchPuts(folder);
  await benchResume(folder);
  await benchKills();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures.length > 0 ? 1 : 0;
