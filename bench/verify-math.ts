/**
 * What judging mathematics costs, in CPU time of this process (the machine may be busy).
 *
 *   node bench/verify-math.ts [--quick] [--seed 1]
 *
 * 1. The public facts: answers per second at the median and in the mean; bar: 2,000/s at the median.
 * 2. Hostile inputs, by hand and by a seeded generator: the most that one comparison takes; bar: 50 ms.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { seededRandom } from "../src/core/random.ts";
import { caseSchema, scoreCase, scoreMath } from "../src/verify/index.ts";

const { values: flags } = parseArgs({
  options: { quick: { type: "boolean", default: false }, seed: { type: "string", default: "1" } },
});
const BARS = { perSecond: 2000, worstMs: 50 };
const FUZZ = flags.quick ? 2000 : 20_000;
const ROUNDS = flags.quick ? 3 : 10;

const print = (line: string) => process.stdout.write(`${line}\n`);

function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The least of a few runs: garbage collection and compilation are not the input's. */
const steadyMs = (work: () => unknown): number => Math.min(...[0, 1, 2].map(() => cpuMs(work)));

function throughput(): number {
  const path = new URL("../test/fixtures/math-equivalence.jsonl", import.meta.url);
  const cases = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => caseSchema.parse(JSON.parse(line)));
  for (let k = 0; k < 3; k++) for (const record of cases) scoreCase(record);
  const repeats = ROUNDS * 5;
  const times = cases.map((record) => {
    return (
      cpuMs(() => {
        for (let k = 0; k < repeats; k++) scoreCase(record);
      }) / repeats
    );
  });
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] as number;
  const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
  print(
    `facts: median ${at(0.5).toFixed(3)} ms, mean ${mean.toFixed(3)}, p95 ${at(0.95).toFixed(3)}, most ${at(1).toFixed(2)}`,
  );
  print(`       ${Math.round(1000 / at(0.5))}/s at the median, ${Math.round(1000 / mean)}/s in the mean`);
  return 1000 / at(0.5);
}

const flood = (text: string, length = 1_000_000) => text.repeat(Math.ceil(length / text.length));
const boxed = (text: string) => `\\boxed{${text}}`;
const FLOODS = [
  ..."{}[]()$\\^.-,| \n1a",
  "\\boxed{",
  "\\boxed{1}",
  "\\(",
  "\\(\n",
  "\\[ ",
  "$1",
  "$a\n",
  "1 ",
  "1,",
  "(1,",
  "1:",
  "2x + ",
  "<answer>",
];
const PHRASES = [
  "answer is ",
  "final answer ",
  "therefore ",
  "111,",
  "\\begin{align}",
  "\\frac{1}{",
  "\\text{",
  "0",
];

const HOSTILE: [gold: string, prediction: string][] = [
  ...[...FLOODS, ...PHRASES].map((text): [string, string] => ["5", flood(text)]),
  ...[
    "9^{9^{9^9}}",
    "9^{9^{9^9}}/9^{9^{9^9}}",
    "((((100!)!)!)!)!",
    Array(200).fill("2500!").join("+"),
    "1+".repeat(1400),
    "\\sum_{k=1}^{1000} \\sum_{j=1}^{1000} \\sum_{i=1}^{1000} k+j+i",
    "\\prod_{k=1}^{1000} \\prod_{j=1}^{1000} k^{j}",
    "\\sum_{k=1}^{1000} \\frac{1}{k}",
    "\\gcd(3^{14000}, 7^{8000})",
    "\\sqrt[64]{3^{15000}}",
    "(1+\\frac{1}{10^{100}})^{240}",
    Array.from({ length: 150 }, (_, k) => `\\frac{1}{${10 ** 15 + k}}`).join("+"),
    "(x+1)^{20}".repeat(100),
    "\\begin{pmatrix}x&1\\\\1&1\\end{pmatrix}".repeat(30),
    "\\pm 1".repeat(200),
    "\\text{ and }".repeat(250),
    Array(150).fill("\\sqrt{2}\\ln 3 e^{\\pi}").join("+"),
  ].map((text): [string, string] => ["5", boxed(text)]),
  ["$150\\sqrt{2}\\ln 3 e^{\\pi}$", boxed(Array(150).fill("\\sqrt{2}\\ln 3 e^{\\pi}").join("+"))],
  listOf(700, (k) => `${k}`),
  listOf(100, (k) => `\\sqrt{${k}}`),
  listOf(60, (k) => `\\{${k}\\}`, "\\cup"),
];

/** A list, and the same backwards. */
function listOf(length: number, item: (k: number) => string, separator = ", "): [string, string] {
  const items = Array.from({ length }, (_, k) => item(k));
  return [boxed(items.join(separator)), boxed(items.toReversed().join(separator))];
}

const PIECES = [
  ..."0123456789xyzabnei+-*/^_(){}[]|!%,;:=<> $.'&",
  ..."\\frac \\sqrt \\sum_{k=1}^ \\pi \\infty \\pm \\cup \\in \\le \\ne \\approx \\text{ \\boxed{ \\left( \\right) \\{ \\}".split(
    " ",
  ),
  ..."\\begin{pmatrix} \\end{pmatrix} \\\\ \\binom \\sin \\log_ \\lfloor \\rfloor \\overline \\mathbb{R} and or sin sqrt".split(
    " ",
  ),
  ..."99999 0.5 1e99 ^{99} ! \\% 30^\\circ f( \\prod_{k=1}^{999} ^{x} {,} \\,".split(" "),
];

function fuzz(seed: number): string[] {
  const random = seededRandom(seed);
  const pick = () => PIECES[Math.floor(random() * PIECES.length)] as string;
  return Array.from({ length: FUZZ }, () => {
    const length = 1 + Math.floor(random() ** 3 * 400);
    return Array.from({ length }, pick).join("");
  });
}

function worst(pairs: [string, string][], what: string): number {
  let most = 0;
  let slowest = "";
  for (const [gold, prediction] of pairs) {
    for (const work of [() => scoreMath(prediction, gold), () => scoreMath(gold, prediction)]) {
      const first = cpuMs(work);
      const ms = first > most ? Math.min(first, steadyMs(work)) : first;
      if (ms <= most) continue;
      most = ms;
      slowest = prediction.slice(0, 60);
    }
  }
  print(`${what}: ${pairs.length} pairs, most ${most.toFixed(1)} ms: ${JSON.stringify(slowest)}`);
  return most;
}

const perSecond = throughput();
const soups = fuzz(Number(flags.seed));
const worstMs = Math.max(
  worst(HOSTILE, "hostile"),
  worst(
    soups.map((soup, k) => [boxed(soups.at(k - 1) as string), boxed(soup)]),
    "random",
  ),
);
const met = perSecond >= BARS.perSecond && worstMs <= BARS.worstMs;
print(`${met ? "met" : "MISSED"}: at least ${BARS.perSecond}/s, at most ${BARS.worstMs} ms`);
process.exitCode = met ? 0 : 1;
