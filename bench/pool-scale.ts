/**
 * A pool at scale, over real HTTP: the command builds it against several endpoints, is killed with -9 and run again, an
 * endpoint dies and comes back.
 *
 *   node bench/pool-scale.ts [problems] [--size N] [--kill] [--keep FOLDER]
 *
 * Endpoints are processes that answer 6 KB of reasoning and 1.5 KB of conclusion (text-endpoint.ts); the journal keeps
 * conclusions alone, unless `--reasoning` is given. The command's memory is read from the kernel every 5 seconds: with
 * memory that does not grow with the calls made, the last third's is that of the second.
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { deriveSeed, seededRandom } from "../src/core/random.ts";

const ENDPOINTS = 3;
const CONCURRENCY = 256;
const PROBLEM_WORDS = 150;
const SAMPLE_MS = 5000;
/** Shares of all calls at which the command is killed, and an endpoint dies and comes back. */
const [KILL_AT, DIE_AT, BACK_AT] = [0.25, 0.45, 0.6];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: "string", default: "24" },
    kill: { type: "boolean", default: false },
    reasoning: { type: "boolean", default: false },
    keep: { type: "string" },
  },
});
const problems = Number(positionals[0] ?? 20_000);
const size = Number(values.size);
const total = problems * size;

const entry = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const endpointFile = fileURLToPath(new URL("./text-endpoint.ts", import.meta.url));

interface Endpoint {
  port: number;
  child: ChildProcess;
}

const answerOf = <T>(child: ChildProcess) =>
  new Promise<T>((resolve) => child.once("message", (message) => resolve(message as T)));

async function startEndpoint(port = 0): Promise<Endpoint> {
  const child = fork(endpointFile, [String(port)]);
  return { child, port: (await answerOf<{ port: number }>(child)).port };
}

/** Calls answered by an endpoint that lives. */
async function answeredBy({ child }: Endpoint): Promise<number> {
  const reply = answerOf<{ answered: number }>(child);
  child.send("report");
  return (await reply).answered;
}

async function writeProblems(path: string): Promise<void> {
  function* lines() {
    for (let i = 0; i < problems; i++) {
      const random = seededRandom(deriveSeed(7, i));
      const word = () => Math.floor(random() * 36 ** 5).toString(36);
      const text = Array.from({ length: PROBLEM_WORDS }, word).join(" ");
      yield `${JSON.stringify({ id: `p${i}`, prompt: `${text} ${i}?`, answer: "42", kind: "math" })}\n`;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

interface Life {
  child: ChildProcess;
  ended: Promise<{ code: number | null; stdout: string }>;
}

function startBuild(data: string, out: string, urls: readonly string[]): Life {
  const code = `await (await import(${JSON.stringify(entry)})).main();`;
  const args = ["pool", "build", data, "--model", `${urls.join(",")}#m`, "--size", `${size}`, "--out", out];
  const flags = [
    "--concurrency",
    `${CONCURRENCY}`,
    "-q",
    ...(values.reasoning ? [] : ["--conclusions-only"]),
  ];
  const child = spawn(process.execPath, ["--input-type=module", "-e", code, "pacore", ...args, ...flags]);
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => process.stderr.write(chunk));
  const ended = new Promise<{ code: number | null; stdout: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, stdout })),
  );
  return { child, ended };
}

/** Resident megabytes of a process; undefined once it is gone. */
function residentMb(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

const folder = values.keep ?? mkdtempSync(join(tmpdir(), "pacore-bench-scale-"));
mkdirSync(folder, { recursive: true });
const [data, out] = [join(folder, "problems.jsonl"), join(folder, "pool.jsonl")];
await writeProblems(data);
const endpoints = await Promise.all(Array.from({ length: ENDPOINTS }, () => startEndpoint()));
const urls = endpoints.map(({ port }) => `http://127.0.0.1:${port}/v1`);
let gone = 0;
const answered = async () =>
  gone + (await Promise.all(endpoints.map(answeredBy))).reduce((sum, count) => sum + count, 0);

const startedAt = performance.now();
const seconds = () => (performance.now() - startedAt) / 1000;
let life = startBuild(data, out, urls);
const samples: { share: number; mb: number }[] = [];
/** When the number of answered calls last changed, and the longest time that it did not, by the 5 seconds. */
let [moved, stalled, before] = [seconds(), 0, 0];
const pending = values.kill ? ["kill", "die", "back"] : [];
let alive: (Endpoint | undefined)[] = [...endpoints];

async function disturb(share: number): Promise<void> {
  const next = pending[0];
  const at = { kill: KILL_AT, die: DIE_AT, back: BACK_AT }[next ?? ""] ?? 2;
  if (share < at) return;
  pending.shift();
  console.log(`${seconds().toFixed(0)} s, ${(100 * share).toFixed(0)} %: ${next}`);
  const [, victim] = endpoints as [Endpoint, Endpoint];
  if (next === "kill") {
    life.child.kill("SIGKILL");
    await life.ended;
    life = startBuild(data, out, urls);
  } else if (next === "die") {
    gone += await answeredBy(victim);
    victim.child.kill("SIGKILL");
    endpoints.splice(1, 1);
    alive = [endpoints[0], undefined, endpoints[1]];
  } else {
    const port = Number(new URL(urls[1] as string).port);
    endpoints.splice(1, 0, await startEndpoint(port));
    alive = [...endpoints];
  }
}

let over = false;
void life.ended;
while (!over) {
  const current = life;
  over = await Promise.race([
    current.ended.then(() => current === life),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), SAMPLE_MS)),
  ]);
  const now = await answered();
  if (now !== before) [moved, before] = [seconds(), now];
  else if (!over) stalled = Math.max(stalled, seconds() - moved);
  const share = now / total;
  const mb = residentMb(life.child.pid);
  if (mb !== undefined && !over) samples.push({ share, mb });
  if (!over) await disturb(share);
}
const { code, stdout } = await life.ended;
console.log(stdout.trim());
const thirds = [0, 1, 2].map((third) => {
  const own = samples.filter(({ share }) => Math.min(2, Math.floor(share * 3)) === third).map(({ mb }) => mb);
  return own.length > 0 ? `${Math.min(...own).toFixed(0)}–${Math.max(...own).toFixed(0)}` : "–";
});
console.log(`exit ${code}, ${seconds().toFixed(0)} s, ${(total / seconds()).toFixed(0)} trajectories/s`);
console.log(`longest time without an answer: ${stalled.toFixed(0)} s`);
console.log(`resident MB by third of the calls: ${thirds.join(", ")}`);
const calls = await answered();
console.log(
  `${calls} calls answered for ${total} trajectories: ${calls - total} paid twice or lost in a kill`,
);
const shares = await Promise.all(alive.map(async (one) => (one ? answeredBy(one) : 0)));
console.log(`by endpoint (since it was last started): ${shares.join(", ")}`);
const megabytes = (path: string) => `${(statSync(path).size / 1e6).toFixed(0)} MB`;
console.log(`pool ${megabytes(out)}, journal ${megabytes(`${out}.db`)}`);
for (const { child } of endpoints) child.disconnect();
if (values.keep === undefined) rmSync(folder, { recursive: true });
