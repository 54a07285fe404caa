/**
 * How soon the CLI answers: `--help` and `--version` beside an empty Node, and the embedded model's first token,
 * all from the start of the process.
 *
 *   npm run build && node bench/startup.ts [--runs 15]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** Milliseconds. */
const BARS = { help: 200, firstToken: 3000 } as const;

const { values } = parseArgs({ options: { runs: { type: "string", default: "15" } } });
const runs = Number(values.runs);
const bin = fileURLToPath(new URL("../bin/pacore.mjs", import.meta.url));
if (!existsSync(new URL("../dist/cli/main.js", import.meta.url)))
  throw new Error("Run `npm run build` first.");

const print = (line: string) => process.stdout.write(`${line}\n`);
const median = (of: readonly number[]) => of.toSorted((a, b) => a - b)[of.length >> 1] ?? Number.NaN;

/** From the start of a process until `reached` resolves. */
async function timed(
  args: readonly string[],
  reached: (child: ChildProcess) => Promise<void>,
): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await reached(child);
  const ms = performance.now() - start;
  child.kill();
  return ms;
}

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    child.stdout?.resume();
    child.on("close", () => resolve());
  });

/** The first delta of reasoning or text, as `--json` tells it. */
const firstToken = (child: ChildProcess) =>
  new Promise<void>((resolve, reject) => {
    let output = "";
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      if (/"type":"(text|reasoning)-delta"/.test(output)) resolve();
    });
    child.on("close", () => reject(new Error(`It ended before its first token: ${output.slice(-500)}`)));
  });

const CASES = [
  { name: "empty node", args: ["-e", "0"], reached: ended, bar: undefined },
  { name: "pacore --version", args: [bin, "--version"], reached: ended, bar: BARS.help },
  { name: "pacore --help", args: [bin, "--help"], reached: ended, bar: BARS.help },
  { name: "pacore solve --help", args: [bin, "solve", "--help"], reached: ended, bar: BARS.help },
  {
    name: "embedded model's first token",
    args: [bin, "solve", "--sample", "--widths", "none", "--json", "--no-journal", "--model", "embedded"],
    reached: firstToken,
    bar: BARS.firstToken,
  },
] as const;

const times = CASES.map((): number[] => []);
// Interleaved, so that a busy moment of the machine does not fall on one of them; the first round warms the disk.
for (let run = -1; run < runs; run++) {
  for (const [i, { args, reached }] of CASES.entries()) {
    const ms = await timed(args, reached);
    if (run >= 0) times[i]?.push(ms);
  }
}

print(`from process start, median of ${runs} runs`);
let passed = true;
for (const [i, { name, bar }] of CASES.entries()) {
  const ms = median(times[i] ?? []);
  const verdict = bar === undefined ? "" : ms < bar ? `PASS (< ${bar})` : `FAIL (not < ${bar})`;
  passed &&= bar === undefined || ms < bar;
  print(`  ${name.padEnd(30)} ${ms.toFixed(0).padStart(5)} ms  ${verdict}`);
}
process.exit(passed ? 0 : 1);
