/**
 * Filtering a message pool: 100,000 problems × 24 messages, with every check that needs no model.
 *
 *   node bench/pool-filter.ts [problems]
 *
 * The pool is written to a temporary folder first (1.5 KB a message is a real conclusion's length; here 0.5 KB, so
 * that the file is 1.3 GB). A process of its own filters it through the CLI's own functions; its peak memory is what
 * the kernel says. Bars: 60 s and 500 MB.
 */
import { spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { deriveSeed, type Random, seededRandom } from "../src/core/random.ts";
import { loadProblems } from "../src/data/load.ts";
import { Decontamination } from "../src/train/pool/decontamination.ts";
import { filterPool } from "../src/train/pool/filter-pool.ts";
import { formatPoolEntry, type PoolEntry } from "../src/train/pool/pool-entry.ts";
import { stage1Checks } from "../src/train/pool/stage-1.ts";

const BARS = { seconds: 60, megabytes: 500 };
const MESSAGES = 24;
const MESSAGE_WORDS = 80;
const PROBLEM_WORDS = 120;
const EVALUATION_PROBLEMS = 2000;
/** One problem in so many is one of the evaluation set, with other digits or inside of a longer text. */
const CONTAMINATED_EVERY = 500;

const WORDS = Array.from({ length: 4096 }, (_, i) => Math.floor(seededRandom(i)() * 36 ** 5).toString(36));

function text(random: Random, words: number): string {
  return Array.from({ length: words }, () => WORDS[Math.floor(random() * WORDS.length)]).join(" ");
}

const evaluationPrompt = (i: number) => `${text(seededRandom(deriveSeed(1, i)), PROBLEM_WORDS)} ${i}?`;

function entry(i: number): PoolEntry {
  const random = seededRandom(deriveSeed(2, i));
  const known = evaluationPrompt(Math.floor(random() * EVALUATION_PROBLEMS));
  const contaminated = i % CONTAMINATED_EVERY === 0;
  const prompt = contaminated
    ? i % (2 * CONTAMINATED_EVERY) === 0
      ? known.replace(/\d+\?$/, "77?")
      : `${text(random, 30)} ${known}`
    : `${text(random, PROBLEM_WORDS)} ${i}?`;
  const rate = random() ** 2;
  const messages = Array.from({ length: MESSAGES }, () => ({
    text: `${text(random, MESSAGE_WORDS)} \\boxed{${i}}`,
    score: random() < rate ? 1 : 0,
  }));
  return { problem: { id: `p${i}`, prompt, answer: `${i}`, kind: "math" }, messages };
}

async function write(folder: string, count: number): Promise<string> {
  const pool = join(folder, "pool.jsonl");
  function* lines() {
    for (let i = 0; i < count; i++) yield `${formatPoolEntry(entry(i))}\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(pool));
  const held = Array.from({ length: EVALUATION_PROBLEMS }, (_, i) =>
    JSON.stringify({ id: `e${i}`, prompt: evaluationPrompt(i), answer: "1" }),
  );
  writeFileSync(join(folder, "evaluation.jsonl"), held.join("\n"));
  return pool;
}

/** In the process that is measured. */
async function filter(folder: string): Promise<void> {
  const startedAt = performance.now();
  const decontamination = new Decontamination();
  decontamination.add((await loadProblems(join(folder, "evaluation.jsonl"))).problems, "evaluation");
  const figures = await filterPool(join(folder, "pool.jsonl"), {
    checks: stage1Checks({ decontamination }),
    out: join(folder, "kept.jsonl"),
    dropped: join(folder, "dropped.jsonl"),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage();
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, megabytes, figures }));
}

async function measure(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pacore-bench-pool-"));
  try {
    const pool = await write(folder, count);
    console.log(`${count} problems × ${MESSAGES} messages, ${(statSync(pool).size / 1e9).toFixed(2)} GB`);
    const { stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, "--filter", folder], {
      encoding: "utf8",
    });
    if (stderr) console.error(stderr);
    const { seconds, cpuSeconds, megabytes, figures } = JSON.parse(stdout);
    console.log(
      `${seconds.toFixed(1)} s (bar ${BARS.seconds} s), ${cpuSeconds.toFixed(1)} s of CPU, peak ${megabytes.toFixed(0)} MB (bar ${BARS.megabytes} MB)`,
    );
    console.log(JSON.stringify(figures));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [first = "100000", folder = ""] = process.argv.slice(2);
await (first === "--filter" ? filter(folder) : measure(Number(first)));
