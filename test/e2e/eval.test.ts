import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ChatReply, type ChatRequest, chatServer } from "./chat-server.ts";
import { runCli, temporaryFolder } from "./run-cli.ts";

/** Sums whose answer is in the prompt; the fourth line is no problem. */
async function dataFile(count: number): Promise<{ folder: string; data: string }> {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({ id: `sum-${i}`, question: `${i} + ${i}? <b>|`, answer: `${2 * i}` }),
  );
  lines.splice(3, 0, "{oops");
  const data = join(folder, "sums.jsonl");
  await writeFile(data, lines.join("\n"));
  return { folder, data };
}

/** Every third plain sample is wrong; who reads references is right. */
const sums = ({ prompt, number }: ChatRequest): ChatReply => {
  const [, a = "0"] = /(\d+) \+ \d+\?/.exec(prompt) ?? [];
  const right = prompt.includes("Reference Responses:") || number % 3 !== 0;
  return `The answer is \\boxed{${right ? 2 * Number(a) : 999}}.`;
};

const METHODS = ["--single", "--self-consistency", "3", "--widths", "2", "--widths", "2,2", "--samples", "2"];
// Per problem: 6 plain samples, 2 × 3 calls of [2], 2 × 5 of [2,2].
const CALLS = 6 + 6 + 10;

test("an evaluation writes its report, tells of lines that are no problems, and keeps the key to itself", async () => {
  const { folder, data } = await dataFile(5);
  const { reference, requests } = await chatServer(sums);
  const out = join(folder, "out");
  const env = { OPENAI_API_KEY: "sk-very-secret-key-123456" };
  const ran = await runCli(["eval", data, "--model", reference, ...METHODS, "--out", out], { env });
  expect(ran).toMatchObject({ code: 0 });
  expect(requests).toHaveLength(5 * CALLS);
  expect(ran.stderr).toContain("sums.jsonl:4: is not valid JSON");
  expect(ran.stdout).toMatch(/\[2,2\] +100\.0 ± 0\.0/);
  const files = await readdir(out);
  expect(files).toEqual(
    expect.arrayContaining(["accuracy-ttc.svg", "report.html", "report.md", "results.jsonl", "run.json"]),
  );
  for (const file of files) expect(await readFile(join(out, file), "latin1")).not.toContain("very-secret");
  const html = await readFile(join(out, "report.html"), "utf8");
  expect(html).not.toMatch(/<script|<link|src=|<b>/);
  expect(html).toContain('href="#p-sum-0"');
  expect(html).toContain('id="p-sum-0"');
  const results = (await readFile(join(out, "results.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(results).toHaveLength(5 * 10);
  expect(JSON.parse(await readFile(join(out, "run.json"), "utf8"))).toMatchObject({
    problems: 5,
    rejected: 1,
    samples: 2,
  });
});

test("killed at any point and run again, an evaluation pays only for what is missing", async () => {
  const { folder, data } = await dataFile(4);
  for (const killAt of [5, 40, 70]) {
    const out = join(folder, `out-${killAt}`);
    const held = { kill: () => {} };
    const server = await chatServer((request) => {
      if (request.number === killAt) held.kill();
      return sums(request);
    });
    const args = ["eval", data, "--model", server.reference, ...METHODS, "--concurrency", "4", "--out", out];
    const killed = await runCli(args, {
      onStart: (child) => {
        held.kill = () => child.kill("SIGKILL");
      },
    });
    expect(killed.code).toBe("SIGKILL");
    held.kill = () => {};
    const again = await runCli(args);
    expect(again).toMatchObject({ code: 0 });
    // At most the calls in flight are paid twice.
    expect(server.requests.length).toBeLessThanOrEqual(4 * CALLS + 4);
    const { outcome } = JSON.parse(await readFile(join(out, "run.json"), "utf8"));
    expect(outcome).toMatchObject({
      end: "done",
      finished: 40,
      planned: 40,
      spent: { calls: 4 * CALLS, output: 5 * 4 * CALLS },
    });
  }
});

test("Ctrl-C finishes what runs and reports it; the same command goes on", async () => {
  const { folder, data } = await dataFile(6);
  const held = { interrupt: () => {} };
  const server = await chatServer((request) => {
    if (request.number === 20) held.interrupt();
    return sums(request);
  });
  const out = join(folder, "out");
  const args = ["eval", data, "--model", server.reference, ...METHODS, "--concurrency", "2", "--out", out];
  const ran = await runCli(args, {
    onStart: (child) => {
      held.interrupt = () => child.kill("SIGINT");
    },
  });
  expect(ran).toMatchObject({ code: 130 });
  expect(await readFile(join(out, "report.md"), "utf8")).toContain("incomplete: it was interrupted");
  const paid = server.requests.length;
  expect(paid).toBeLessThan(6 * CALLS);
  held.interrupt = () => {};
  expect(await runCli(args)).toMatchObject({ code: 0 });
  expect(server.requests.length).toBe(6 * CALLS);
});

test("a unit that failed is reported, and the exit code says that something is missing", async () => {
  const { folder, data } = await dataFile(3);
  const { reference } = await chatServer((request) =>
    request.prompt.startsWith("1 + 1")
      ? ({ status: 400, body: { error: { message: "no such sum" } } } as ChatReply)
      : sums(request),
  );
  const out = join(folder, "out");
  const args = ["eval", data, "--model", reference, "--single", "--samples", "2", "--out", out, "--json"];
  const ran = await runCli(args);
  expect(ran.code).toBe(3);
  const summary = JSON.parse(ran.stdout.trim().split("\n").at(-1) ?? "");
  expect(summary).toMatchObject({
    type: "summary",
    finished: 4,
    failed: 2,
    methods: [{ failed: 2, accuracy: { problems: 2 } }],
  });
});

test("what cannot work is refused before anything is paid: exit code 2", async () => {
  const { folder, data } = await dataFile(1);
  const out = join(folder, "out");
  const cases: [string[], string][] = [
    [[data, "--single"], "work lists only"],
    [[join(folder, "absent.jsonl")], "is no file"],
    [["worklist:2", "--widths", "none"], "--single"],
    [["worklist:2", "--widths", "16", "--pool", "8"], "pool: 8 trajectories are too few"],
    [["worklist:2", "--widths", "4", "--ablate", "nothing"], "none of sequential"],
    [["worklist:2", "--widths", "4", "--ablate", "no-compaction", "--pool", "8"], "leave --pool out"],
    [["worklist:2", "--kind", "judge"], "makes its own problems"],
    [[data, "--kind", "judge", "--model", "http://127.0.0.1:1/v1#m"], "--judge-model"],
    [["worklist:2", "--budget-money", "3"], "--price-in"],
  ];
  for (const [args, message] of cases) {
    const ran = await runCli(["eval", ...args, "--out", out]);
    expect(`${ran.code} ${ran.stderr}`).toMatch(/^2 (.*\n)*pacore: /);
    expect(ran.stderr).toContain(message);
  }
});

test("ablations run beside what they ablate", async () => {
  const { folder, data } = await dataFile(1);
  const { reference, requests } = await chatServer(sums);
  const template = join(folder, "short.jinja");
  await writeFile(
    template,
    "{{ original_prompt }} SHORT {% for r in ref_responses %}{{ r }}{% endfor %} Reference Responses:",
  );
  const ablations = ["sequential", "no-compaction", "messages=1", `template=${template}`].flatMap((what) => [
    "--ablate",
    what,
  ]);
  const args = [
    "eval",
    data,
    "--model",
    reference,
    "--widths",
    "2",
    "--second-round",
    "2,3",
    ...ablations,
    "--out",
    join(folder, "out"),
    "-q",
  ];
  const ran = await runCli(args);
  expect(ran).toMatchObject({ code: 0 });
  for (const key of [
    "[2]",
    "[2,3]",
    "[1,1]",
    "[2] · messages 1",
    "[2] · no compaction",
    "[2] · template short.jinja",
  ]) {
    expect(ran.stdout).toContain(key.replace("messages 1", "1 messages"));
  }
  const prompts = requests.map((request) => JSON.stringify(request.body));
  expect(prompts.some((prompt) => prompt.includes("SHORT"))).toBe(true);
});

test("simulate tells curves and forecasts from a finished evaluation without a call; data makes problems", async () => {
  const { folder, data } = await dataFile(4);
  const { reference, requests } = await chatServer(sums);
  const out = join(folder, "out");
  await runCli(["eval", data, "--model", reference, ...METHODS, "--out", out, "-q"]);
  const paid = requests.length;
  const told = await runCli([
    "simulate",
    out,
    "--every-k",
    "--widths",
    "3",
    "--svg",
    join(folder, "curves.svg"),
  ]);
  expect(told).toMatchObject({ code: 0 });
  expect(told.stdout).toContain("up to 6 plain samples");
  expect(told.stdout).toMatch(/^\[3\] +100\.0/m);
  expect(await readFile(join(folder, "curves.svg"), "utf8")).toMatch(/^<svg/);
  expect(requests.length).toBe(paid);
  expect((await runCli(["simulate", join(folder, "nowhere")])).stderr).toContain("does not exist");
  const made = await runCli(["data", "arithmetic", "--count", "3", "--digits", "2", "--seed", "4"]);
  expect(
    made.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).kind),
  ).toEqual(["math", "math", "math"]);
  const converted = await runCli(["data", "convert", data]);
  expect(converted.code).toBe(3);
  expect(JSON.parse(converted.stdout.split("\n")[0] ?? "")).toMatchObject({ id: "sum-0", kind: "math" });
});
