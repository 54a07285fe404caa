import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { buildCodeTests } from "../../src/data/code-tests/build-code-tests.ts";
import { codeSourceReader } from "../../src/data/code-tests/code-source.ts";
import type { CodeTestSettings } from "../../src/data/code-tests/settings.ts";
import { type ScriptedCall, scriptedModel } from "../../src/testing/scripted-model.ts";
import { localRunner } from "../../src/verify/code/local-runner.ts";
import type { CodeRunner } from "../../src/verify/code/runner.ts";
import { CODE_PROBLEMS, type CodeProblem, fenced, recordOf } from "../support/code-problems.ts";
import { missing, processesWith } from "./sandbox-open.ts";

const byId = (id: string) => CODE_PROBLEMS.find((one) => one.id === id) as CodeProblem;
const py = (source: string) => ({ language: "python", source });

/** The text of the last turn. */
const lastTurn = ({ prompt }: ScriptedCall): string => JSON.stringify(prompt.at(-1)?.content ?? "");
const asksFor = (call: ScriptedCall): "validator" | "generator" | "checker" => {
  const first = JSON.stringify(call.prompt[0]?.content);
  if (first.includes("You write input validators")) return "validator";
  return first.includes("You write test generators") ? "generator" : "checker";
};

type Answers = Partial<Record<"validator" | "generator" | "checker", readonly string[]>>;

describe.skipIf(missing !== undefined)(`faults of generated tests (${missing ?? "bubblewrap"})`, () => {
  let runner: CodeRunner;
  beforeAll(async () => {
    runner = await localRunner();
  });
  afterAll(() => runner.close());

  /** Builds tests for one problem by a model that gives these programs in turn, the last one again and again. */
  async function build(problem: CodeProblem, answers: Answers, settings: Partial<CodeTestSettings> = {}) {
    const folder = await mkdtemp(join(tmpdir(), "pacore-faults-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const out = join(folder, "out.jsonl");
    const asked = { validator: 0, generator: 0, checker: 0 };
    const model = scriptedModel((call) => {
      const what = asksFor(call);
      const list = answers[what] ?? (what === "checker" ? [] : [problem[what]]);
      const program = list[Math.min(asked[what]++, list.length - 1)] ?? "";
      return program.startsWith("!") ? program.slice(1) : fenced(program);
    });
    const rows = async function* () {
      yield { file: "problems.jsonl", line: 1, value: recordOf(problem) as Record<string, unknown> };
    };
    const report = await buildCodeTests({
      model,
      rows,
      read: codeSourceReader({}),
      out,
      runner,
      settings: { inputs: 2, minTests: 4, rounds: 2, ...settings },
    });
    const lines = (await readFile(out, "utf8")).split("\n").filter(Boolean);
    return { report, verdict: report.verdicts[0], model, problems: lines.map((line) => JSON.parse(line)) };
  }

  const triangle = byId("triangle");

  test("outputs beyond 64 bits are exact in the data set", async () => {
    const { problems, verdict } = await build(triangle, {});
    expect(verdict, verdict?.detail).toMatchObject({ kept: true, tpr: 1, tnr: 1 });
    const { tests } = problems[0].answer;
    expect(tests.length).toBeGreaterThan(4);
    for (const { input, output } of tests) {
      const n = BigInt(input.trim());
      expect(BigInt(output.trim())).toBe((n * (n + 1n)) / 2n);
    }
    expect(tests.some(({ output }: { output: string }) => BigInt(output.trim()) > 2n ** 64n)).toBe(true);
  });

  test("the same seed gives the same tests to the byte, another seed others", async () => {
    const settings = { inputs: 3, minTnr: 0 };
    const [one, two] = [await build(triangle, {}, settings), await build(triangle, {}, settings)];
    expect(one.problems).toEqual(two.problems);
    const other = await build(triangle, {}, { ...settings, seed: 1 });
    expect(other.problems[0].answer).not.toEqual(one.problems[0].answer);
  });

  /** One category fails in its own way, the others work. */
  const spoilt = (fault: string) => `${triangle.generator}
if category == "small":
    sys.stdout.flush()
${fault.replace(/^/gm, "    ")}`;
  const word = `mark-${process.pid}`;

  test.each([
    ["crashes", "raise ValueError('no idea')", "generator-fails", { crashed: 4 }, "no idea"],
    [
      "prints without end",
      "while True: print('1' * 10000)",
      "generator-fails",
      { "too-large": 4 },
      "prints more",
    ],
    [
      "is random",
      "import time\nprint(time.time_ns())",
      "generator-fails",
      { "not-deterministic": 4 },
      "different",
    ],
    ["breaks a constraint", "print(-5)", "inputs-refused", { refused: 4 }, "n is not in 0..10^18"],
    [
      "writes files, opens the network and reads the machine's",
      "import socket\nfor act in (lambda: open('/box/x', 'w'), lambda: open('/etc/shadow'), lambda: socket.create_connection(('127.0.0.1', 80), 1)):\n    try: act(); print('open')\n    except OSError: pass\nraise SystemExit(3)",
      "generator-fails",
      { crashed: 4 },
      "exit code 3",
    ],
    [
      "is a fork bomb",
      `import os, subprocess\nwhile True:\n    try: os.fork()\n    except OSError: os.execv("/usr/bin/python3", ["python3", "-c", "while True: pass", "${word}"])`,
      "generator-fails",
      { crashed: 4 },
      "small",
    ],
  ])(
    "a generator that %s is told so, and the problem gets no tests",
    async (_, fault, reason, faults, told) => {
      const { verdict, model, problems } = await build(
        triangle,
        { generator: [spoilt(fault)] },
        { minTests: 1 },
      );
      expect(verdict).toMatchObject({ kept: false, reason, inputs: { faults } });
      expect(problems).toEqual([]);
      const generators = model.calls.filter((call) => asksFor(call) === "generator");
      expect(generators).toHaveLength(2);
      expect(lastTurn(generators[1] as ScriptedCall)).toContain(told);
      expect(processesWith(word)).toEqual([]);
    },
  );

  test("a generator that was told what is wrong and mends it gives tests", async () => {
    const { verdict, model } = await build(
      triangle,
      { generator: ["print(-1)", triangle.generator] },
      { inputs: 6 },
    );
    expect(verdict).toMatchObject({ kept: true, answers: { generator: 2 } });
    const second = model.calls.filter((call) => asksFor(call) === "generator")[1] as ScriptedCall;
    expect(second.prompt.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(lastTurn(second)).toContain("n is not in 0..10^18");
  });

  test.each([
    ["accepts everything", "pass", "accepts everything"],
    ["refuses the example", "import sys\nsys.exit('no')", "refuses 1 of 1 inputs"],
    ["hangs", "while True: pass", "ran out of"],
    ["is prose", "!Just check that n is valid.", "no whole program"],
  ])("a validator that %s is told so, and nothing is generated", async (_, validator, told) => {
    const { verdict, model } = await build(triangle, { validator: [validator] });
    expect(verdict).toMatchObject({ kept: false, reason: "no-validator", answers: { validator: 2 } });
    expect(lastTurn(model.calls[1] as ScriptedCall)).toContain(told);
    expect(model.calls.every((call) => asksFor(call) === "validator")).toBe(true);
  });

  test("wrong solutions that pass are shown, and inputs of a stronger generator are added", async () => {
    const weak = "print(sum(map(ord, input())) % 1000 + 2)";
    const { verdict, model, problems } = await build(
      triangle,
      { generator: [weak, triangle.generator] },
      { inputs: 6 },
    );
    expect(verdict).toMatchObject({ kept: true, tnr: 1, answers: { generator: 2 } });
    expect(lastTurn(model.calls.at(-1) as ScriptedCall)).toContain("these wrong solutions pass");
    // Inputs of the weak one, and of the strong one.
    expect(problems[0].answer.tests.length).toBeGreaterThan(1 + 24);
  });

  test("tests that no bad solution fails are not kept, and the rates say why", async () => {
    const weak = "print(sum(map(ord, input())) % 1000 + 2)";
    const { verdict, report } = await build(triangle, { generator: [weak] });
    expect(verdict).toMatchObject({ kept: false, reason: "no-bad-rejected", tpr: 1, tnr: 0 });
    expect(report.rates.all).toMatchObject({ good: 2, accepted: 2, bad: 3, rejected: 0, tnr: 0 });
    const { verdict: lenient } = await build(triangle, { generator: [weak] }, { minTnr: 0 });
    expect(lenient).toMatchObject({ kept: true, tnr: 0 });
  });

  test("good solutions that disagree leave the problem without tests, unless some may", async () => {
    // Right for the example and all small numbers.
    const wrong = py("n = int(input())\nprint(n * (n + 1) // 2 + (n > 10**6))");
    const problem = { ...triangle, good: [triangle.good[0] as (typeof triangle.good)[0], wrong] };
    const { verdict } = await build(problem, {});
    expect(verdict).toMatchObject({ kept: false, reason: "good-disagree", tpr: null });
    expect(verdict?.detail).toContain("they print");
  });

  test("a known-good solution beside the oracles that fails lowers the true positive rate", async () => {
    const wrong = py("n = int(input())\nprint(n * (n + 1) // 2 + (n > 10**6))");
    const problem = { ...triangle, good: [...triangle.good, wrong] };
    const { verdict } = await build(problem, {});
    expect(verdict).toMatchObject({ kept: false, reason: "good-refused", tpr: 2 / 3 });
    const { verdict: lenient } = await build(problem, {}, { minTpr: 0.6 });
    expect(lenient).toMatchObject({ kept: true, tpr: 2 / 3, good: { accepted: 2, used: 3 } });
  });

  test("nothing is asked for a problem whose own solutions do not stand", async () => {
    const broken = { ...triangle, good: [py("print(1)"), py("print(2)")] };
    const { verdict, model } = await build(broken, {});
    expect(verdict).toMatchObject({ kept: false, reason: "known-tests-fail" });
    const { verdict: alone, model: second } = await build({ ...triangle, good: triangle.good.slice(1) }, {});
    expect(alone).toMatchObject({ reason: "too-few-good" });
    const { verdict: unopposed, model: third } = await build({ ...triangle, bad: [] }, {});
    expect(unopposed).toMatchObject({ reason: "too-few-bad" });
    expect([model, second, third].map(({ calls }) => calls.length)).toEqual([0, 0, 0]);
  });

  const anyPair: CodeProblem = {
    id: "any-pair",
    prompt: "Given s (2 <= s <= 1000), print two positive integers whose sum is s.",
    tests: [{ input: "5\n", output: "2 3\n" }],
    good: [py("s = int(input())\nprint(1, s - 1)"), py("s = int(input())\nprint(s // 2, s - s // 2)")],
    bad: [py("s = int(input())\nprint(0, s)"), py("s = int(input())\nprint(1, s)")],
    validator:
      "import sys\nt = sys.stdin.read().split()\nif len(t) != 1 or not t[0].isdigit() or not 2 <= int(t[0]) <= 1000: sys.exit('s')",
    generator: "import random\nc, seed = input().split()\nprint(random.Random(int(seed)).randint(2, 1000))",
  };
  const pairChecker =
    "import sys\ns = int(open(sys.argv[1]).read())\ntry: a, b = map(int, open(sys.argv[2]).read().split())\nexcept ValueError: sys.exit(2)\nsys.exit(0 if a > 0 and b > 0 and a + b == s else 1)";

  test("where several outputs are right a checker is asked for, tried, and comes with the tests", async () => {
    const known = { ...anyPair, tests: [] };
    const lax = "import sys\nsys.exit(0)";
    const answers = { checker: [lax, pairChecker] };
    const { verdict, problems, model } = await build(known, answers, { checker: true });
    expect(verdict, verdict?.detail).toMatchObject({ kept: true, tpr: 1, tnr: 1, answers: { checker: 2 } });
    expect(problems[0].answer.checker).toEqual({ language: "python", source: pairChecker });
    expect(lastTurn(model.calls.at(-1) as ScriptedCall)).toContain("accepts an output that is wrong");
    const { verdict: without } = await build(known, answers);
    expect(without).toMatchObject({ kept: false, reason: "good-disagree" });
  });
});
