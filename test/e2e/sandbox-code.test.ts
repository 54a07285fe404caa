import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { DEFAULT_LIMITS } from "../../src/verify/code/limits.ts";
import { localRunner } from "../../src/verify/code/local-runner.ts";
import type { CodeRunner } from "../../src/verify/code/runner.ts";
import { codeVerifier } from "../../src/verify/code/verifier.ts";
import { missing } from "./sandbox-open.ts";

describe.skipIf(missing !== undefined)(`programs in the sandbox (${missing ?? "bubblewrap"})`, () => {
  let runner: CodeRunner;
  beforeAll(async () => {
    runner = await localRunner();
  });
  afterAll(() => runner.close());

  const score = (language: string, source: string, gold: unknown, options = {}) =>
    codeVerifier({ runner, options: { language, ...options } }).score(
      `\`\`\`${language}\n${source}\n\`\`\``,
      gold,
    );

  const sums = {
    tests: [1, 2, 3, 4].map((k) => ({ input: `${k}\n2\n`, output: `${k === 4 ? 0 : k + 2}\n` })),
  };

  test.each([
    ["python", "print(int(input()) + int(input()))"],
    [
      "cpp",
      "#include <iostream>\nint main() { long long a, b; std::cin >> a >> b; std::cout << a + b << std::endl; }",
    ],
    [
      "javascript",
      "const [a, b] = require('fs').readFileSync(0, 'utf8').split('\\n').map(Number); console.log(a + b);",
    ],
    [
      "javascript",
      "const [a, b] = require('fs').readFileSync('/dev/stdin', 'utf8').split('\\n').map(Number); require('fs').writeFileSync('/dev/stdout', String(a + b));",
    ],
    [
      "javascript",
      "import fs from 'node:fs';\nconsole.log(fs.readFileSync(0, 'utf8').split('\\n').map(Number)[0] + 2);",
    ],
  ])("%s reads stdin and writes stdout: %s", async (language, source) => {
    const { value, explanation } = await score(language, source, sums);
    expect(value, explanation).toBe(0.75);
  });

  const functional = {
    func_name: "twice",
    tests: [
      {
        input: '[1,2,9007199254740993]\n"é\\"\\n\\ud83d\\ude00"',
        output: '[[1,2,9007199254740993],"é\\"\\n😀"]',
      },
      { input: '[]\n""', output: '[[],""]' },
    ].map((one) => ({ ...one, testtype: "functional" })),
  };

  test.each([
    [
      "python",
      "class Solution:\n    def twice(self, a: List[int], s: str):\n        print('noise')\n        return (a, s)",
    ],
    ["python", "def twice(a, s):\n    return [a, s]"],
    [
      "cpp",
      "class Solution { public: pair<vector<long long>, string> twice(vector<long long>& a, const string& s) { cout << 1; return {a, s}; } };",
    ],
    ["cpp", "pair<vector<long long>, string> twice(vector<long long> a, string s) { return {a, s}; }"],
  ])("a function of %s is called with JSON: %s", async (language, source) => {
    const { value, explanation } = await score(language, source, functional);
    expect(value, explanation).toBe(1);
  });

  test.each([
    "class Solution { f(a, s) { console.log(1); return [a.map(BigInt), s]; } }",
    "var f = (a, s) => [a, s]",
  ])("a function of javascript is called with JSON: %s", async (source) => {
    const gold = { inputs: [[[1, 2], "é"]], outputs: [[[[1, 2], "é"]]], fn_name: "f" };
    const { value, explanation } = await score("javascript", source, gold);
    expect(value, explanation).toBe(1);
  });

  test("a program that fails says how", async () => {
    const { explanation, value } = await score("python", "1 / 0", sums);
    expect(value).toBe(0);
    expect(explanation).toContain("ZeroDivisionError");
    expect(await score("cpp", '#include "/etc/passwd"\nint main() {}', sums)).toMatchObject({
      value: 0,
      explanation: expect.stringContaining("No such file"),
    });
  });

  test.each(["/dev/ptmx", "/dev/tty", "/box/.out"])(
    "a program that includes %s, to wait for ever, does not compile",
    async (path) => {
      const { value, explanation } = await score("cpp", `#include "${path}"\nint main() {}`, sums);
      expect([value, explanation]).toEqual([
        0,
        expect.stringMatching(/No such (file|device)|Permission denied/),
      ]);
    },
  );

  test("recursion may be as deep as memory allows", async () => {
    const source =
      "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return 0 if n == 0 else 1 + f(n - 1)\nprint(f(50000))";
    expect((await score("python", source, { tests: [{ input: "", output: "50000" }] })).value).toBe(1);
  });

  test("a javascript program that wants too much memory or time fails, and nothing else does", async () => {
    const source = `const n = Number(require("fs").readFileSync(0, "utf8"));
if (n === 1) { const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1)); }
if (n === 2) for (;;);
console.log(n);`;
    const tests = [0, 1, 2, 3].map((n) => ({ input: `${n}`, output: `${n}` }));
    const { value, explanation } = await score(
      "javascript",
      source,
      { tests },
      { timeMs: 3000, memoryMb: 128 },
    );
    expect(value, explanation).toBe(0.5);
  });

  test("a checker program judges each output, in the sandbox too", async () => {
    const checker = {
      language: "cpp",
      files: { "testlib.h": "#include <fstream>\n#include <iostream>\n" },
      source: `#include "testlib.h"
int main(int, char** names) {
  std::ifstream in(names[1]), out(names[2]), answer(names[3]);
  long long n, a, b, best; in >> n; answer >> best;
  if (!(out >> a >> b)) return 2;
  if (a + b != n) return 1;
  if (a * b == best) return 0;
  std::cerr << "points " << 0.5; return 7;
}`,
    };
    const tests = ["4", "5", "6", "7"].map((input) => ({ input, output: input === "4" ? "4" : "-1" }));
    const source = "n = int(input())\nprint({4: '2 2', 5: '2 3', 6: '1 1', 7: ''}[n])";
    const { value, explanation } = await score("python", source, { tests, checker });
    expect(value, explanation).toBe(0.375);
  });
});

const cli = new URL("../../bin/pacore.mjs", import.meta.url).pathname;

/** The command, in an environment of nothing else. */
async function verify(record: object, env: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), "pacore-code-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "cases.jsonl");
  await writeFile(path, JSON.stringify(record));
  return promisify(execFile)(process.execPath, [cli, "verify", "--file", path], { env });
}

const record = { kind: "code", gold: { tests: [{ input: "1", output: "1" }] }, pred: "print(input())" };

test.skipIf(missing !== undefined)(
  "a program that gave way to others while it was held still runs",
  async () => {
    const runner = await localRunner({ mostCompiled: 1 });
    onTestFinished(() => runner.close());
    const says = (word: string) => ({
      language: "cpp" as const,
      source: `#include <cstdio>\nint main() { puts("${word}"); }`,
    });
    const [first, second] = [await runner.compile(says("first")), await runner.compile(says("second"))];
    for (const [program, word] of [
      [first, "first"],
      [second, "second"],
      [first, "first"],
    ] as const) {
      if ("problem" in program) throw new Error(program.problem);
      expect((await program.run({ stdin: "", limits: DEFAULT_LIMITS })).stdout).toBe(`${word}\n`);
    }
  },
);

test.skipIf(missing !== undefined)("pacore verify judges programs", async () => {
  const { stdout } = await verify(record, { PATH: process.env.PATH ?? "" });
  expect(JSON.parse(stdout)).toMatchObject({ equal: true, value: 1 });
});

test("pacore verify refuses programs where bubblewrap cannot be used, and says how to get one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pacore-path-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "bwrap"), "#!/bin/sh\necho bubblewrap 0.4.0\n", { mode: 0o755 });
  const refused = verify(record, { PATH: `${folder}:${process.env.PATH}` });
  await expect(refused).rejects.toThrow(/no sandbox.*apt-get install bubblewrap.*PACORE_SANDBOX/s);
  await expect(refused).rejects.toMatchObject({ stdout: "" });
});
