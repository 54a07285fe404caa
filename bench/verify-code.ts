/**
 * What running programs costs: wall time of this machine, which may be busy.
 *
 *   node bench/verify-code.ts [--runs 40]
 *
 * A cell started when it is needed, cells that wait, the same without any sandbox, and a whole verification.
 */
import { execFile } from "node:child_process";
import { parseArgs, promisify } from "node:util";
import { DEFAULT_LIMITS } from "../src/verify/code/limits.ts";
import { localRunner } from "../src/verify/code/local-runner.ts";
import { openSandbox } from "../src/verify/code/sandbox.ts";
import { codeVerifier } from "../src/verify/code/verifier.ts";

const { values: flags } = parseArgs({ options: { runs: { type: "string", default: "40" } } });
const RUNS = Number(flags.runs);
const PYTHON = "/usr/bin/python3";

async function medianMs(work: () => Promise<unknown>, pause = 0): Promise<number> {
  const times: number[] = [];
  for (let k = 0; k < RUNS; k++) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const begin = performance.now();
    await work();
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] as number;
}

const print = (what: string, ms: number) => console.log(`${what.padEnd(48)} ${ms.toFixed(1)} ms`);

print("python, no sandbox", await medianMs(() => promisify(execFile)(PYTHON, ["-c", "print(1)"])));
for (const [name, warm, pause] of [
  ["python, a cell started for it", 0, 0],
  ["python, a cell that waited", 2, 100],
] as const) {
  const sandbox = await openSandbox({ warm });
  const run = () => sandbox.run({ command: [PYTHON, "-c", "print(1)"], limits: DEFAULT_LIMITS });
  print(`${name} (${sandbox.caps})`, await medianMs(run, pause));
  await sandbox.close();
}

const runner = await localRunner();
const tests = Array.from({ length: 20 }, (_, k) => ({ input: `${k} 2`, output: `${k + 2}` }));
const PROGRAMS = {
  python: "print(sum(map(int, input().split())))",
  javascript: "console.log(require('fs').readFileSync(0, 'utf8').split(' ').reduce((a, b) => +a + +b))",
  cpp: "#include <bits/stdc++.h>\nint main() { long long a, b; std::cin >> a >> b; std::cout << a + b; }",
};
for (const [language, source] of Object.entries(PROGRAMS)) {
  const verifier = codeVerifier({ runner, options: { language } });
  for (const when of ["first", "again"]) {
    const begin = performance.now();
    const { value } = await verifier.score(source, { tests });
    print(`${language}, ${tests.length} tests, ${when}: score ${value}`, performance.now() - begin);
  }
}
await runner.close();
