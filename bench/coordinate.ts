/**
 * Whole runs at [4], 2000 streamed tokens a call: CPU against a drain that parses nothing, the AI SDK's own
 * streaming and (if you have it) the Python reference; wall time against the critical path.
 *
 *   npm run build && node bench/coordinate.ts [--rounds 3] [--reference DIR]
 *
 * DIR is a checkout of github.com/stepfun-ai/PaCoRe; needs python3 with aiohttp, jinja2 and loguru.
 */
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const PROBLEMS = 50;
/** What the Python reference was measured to need on the machines this was written on. */
const REFERENCE_CPU_MS = 5600;
const here = import.meta.dirname;

interface Figures {
  cpuMs: number;
  wallMs: number;
}

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, reference: { type: "string" } },
});
const server = fork(join(here, "streaming-server.ts"));
const [port] = await once(server, "message");
const origin = `http://127.0.0.1:${port}`;

async function measure(contender: string, model: string, problems = PROBLEMS): Promise<Figures> {
  if (contender === "reference") return reference(values.reference as string, model);
  const child: ChildProcess = fork(join(here, "coordinate-client.ts"), [
    contender,
    origin,
    model,
    String(problems),
  ]);
  const died = once(child, "exit").then(([code]) =>
    Promise.reject(new Error(`${contender} exited with ${code}`)),
  );
  const [figures] = (await Promise.race([once(child, "message"), died])) as [Figures];
  died.catch(() => {});
  return figures;
}

/** The reference's own batch inference, its imports not counted. */
function reference(dir: string, model: string): Figures {
  const work = mkdtempSync(join(tmpdir(), "pacore-bench-"));
  const line = JSON.stringify({ messages: [{ role: "user", content: "What is 17 times 23?" }] });
  writeFileSync(join(work, "data.jsonl"), Array(PROBLEMS).fill(line).join("\n"));
  const code = `
import sys, time, resource, json
sys.path.insert(0, ${JSON.stringify(dir)})
from loguru import logger; logger.remove()
from pacore.batch_inference.base_exp import Exp
class Bench(Exp):
    model_name=${JSON.stringify(model)}; api_base="${origin}/v1/chat/completions"; data_path="data.jsonl"
    stream=True; max_concurrent=1024
    file_path="bench.py"
def cpu(): r=resource.getrusage(resource.RUSAGE_SELF); return r.ru_utime+r.ru_stime
c,t=cpu(),time.time(); Bench().run(); print(json.dumps({"cpuMs":(cpu()-c)*1e3,"wallMs":(time.time()-t)*1e3}))`;
  const out = execFileSync("/usr/bin/python3", ["-c", code], {
    cwd: work,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(out.trim().split("\n").at(-1) as string);
}

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

async function main(): Promise<void> {
  const names = ["drain", "ours", "sdk", ...(values.reference ? ["reference"] : [])];
  const seen = new Map<string, Figures[]>(names.map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const name of names) seen.get(name)?.push(await measure(name, "burst-2000"));
  }
  console.log(
    `${PROBLEMS} problems at [4], 2000 streamed tokens a call, medians of ${values.rounds} interleaved runs`,
  );
  for (const [name, figures] of seen) {
    const cpu = median(figures.map((f) => f.cpuMs));
    const wall = median(figures.map((f) => f.wallMs));
    console.log(
      `  ${name.padEnd(10)} ${cpu.toFixed(0).padStart(6)} ms CPU  ${wall.toFixed(0).padStart(6)} ms wall`,
    );
  }
  const own = median(seen.get("ours")?.map((f) => f.cpuMs) ?? []);
  const theirs = values.reference
    ? median(seen.get("reference")?.map((f) => f.cpuMs) ?? [])
    : REFERENCE_CPU_MS;
  verdict(
    `CPU of the Python reference${values.reference ? "" : " (as recorded)"} over ours`,
    theirs / own,
    ">=",
    3,
  );

  // Realistic latencies: 10 ms a token, so two rounds of 150 tokens are the critical path.
  const [single, whole] = [
    await measure("drain", "paced-150-10", 1),
    await measure("ours", "paced-150-10", 16),
  ];
  verdict(
    "wall time over the critical path, 16 problems paced at 100 tokens/s",
    whole.wallMs / single.wallMs,
    "<=",
    1.05,
  );
}

function verdict(what: string, value: number, sense: ">=" | "<=", bar: number): void {
  const pass = sense === ">=" ? value >= bar : value <= bar;
  console.log(`${pass ? "PASS" : "FAIL"}  ${what}: ${value.toFixed(2)} (bar ${sense} ${bar})`);
}

await main();
server.disconnect();
