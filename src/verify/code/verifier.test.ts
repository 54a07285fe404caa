import { expect, test } from "vitest";
import type { CodeRunner, Run } from "./runner.ts";
import { codeVerifier } from "./verifier.ts";

/** Runs "programs" that are the names of what they do. */
function fake(
  behaviour: (stdin: string, source: string) => Partial<Run> | Error,
): CodeRunner & { compiled: string[] } {
  const compiled: string[] = [];
  return {
    name: "fake",
    takesFiles: true,
    compiled,
    async compile({ source }) {
      compiled.push(source);
      if (source === "broken") return { problem: "error: ;" };
      return {
        async run({ stdin }) {
          const run = behaviour(stdin, source);
          if (run instanceof Error) throw run;
          return { end: "exited", exitCode: 0, stdout: "", stderr: "", ...run };
        },
      };
    },
    close: async () => {},
  };
}

const echo = fake((stdin) => ({ stdout: stdin }));
const tests = [1, 2, 3, 4].map((k) => ({ input: `${k}`, output: k === 4 ? "5" : `${k}` }));

test("the score is the share of tests passed, and a program is compiled once", async () => {
  const runner = fake((stdin) => ({ stdout: stdin }));
  const score = await codeVerifier({ runner }).score("cat", { tests });
  expect(score).toMatchObject({ value: 0.75, answer: "cat" });
  expect(score.explanation).toContain("3 of 4 tests passed; test 4");
  expect(runner.compiled).toEqual(["cat"]);
});

test("a program that does not compile, or is none, is wrong", async () => {
  expect(await codeVerifier({ runner: echo }).score("broken", { tests })).toMatchObject({ value: 0 });
  expect(await codeVerifier({ runner: echo }).score("```python\ncut off", { tests })).toMatchObject({
    value: 0,
  });
});

test.each(["cpu", "wall", "memory", "output"] as const)(
  "a program stopped for %s fails its test",
  async (end) => {
    const runner = fake((stdin) =>
      stdin === "1" ? { end, exitCode: null, stdout: "1" } : { stdout: stdin },
    );
    expect((await codeVerifier({ runner }).score("cat", { tests })).value).toBe(0.5);
  },
);

test("an exit code other than 0 fails a test, whatever was printed", async () => {
  const runner = fake((stdin) => ({ stdout: stdin, exitCode: 1 }));
  expect((await codeVerifier({ runner }).score("cat", { tests })).value).toBe(0);
});

test("one failure of the sandbox makes all unscored", async () => {
  const runner = fake((stdin) => (stdin === "3" ? new Error("no room") : { stdout: stdin }));
  expect(await codeVerifier({ runner }).score("cat", { tests })).toMatchObject({
    value: "unscored",
    explanation: "no room",
  });
});

test.each([[{ tests: [] }], ["x"], [{ tests: [{ input: "", output: "", testtype: "functional" }] }]])(
  "the tests %j are unscored",
  async (gold) => expect((await codeVerifier({ runner: echo }).score("cat", gold)).value).toBe("unscored"),
);

const checked = (exitCode: number, stderr = "") => {
  const runner = fake((stdin, source) => (source === "checker" ? { exitCode, stderr } : { stdout: stdin }));
  return codeVerifier({ runner }).score("cat", { tests: tests.slice(0, 1), checker: { source: "checker" } });
};

test.each([
  [0, "", 1],
  [1, "wrong answer", 0],
  [2, "wrong output format", 0],
  [3, "FAIL", "unscored"],
  [7, "points 0.25 well", 0.25],
  [7, "points 40", "unscored"],
  [7, "", "unscored"],
  [139, "", "unscored"],
] as const)("a checker's exit code %i (%j) is %j", async (exitCode, stderr, value) => {
  expect((await checked(exitCode, stderr)).value).toBe(value);
});

test("a checker that does not compile is unscored", async () => {
  const gold = { tests, checker: { source: "broken" } };
  expect((await codeVerifier({ runner: echo }).score("cat", gold)).value).toBe("unscored");
});

test("a run that is aborted throws the reason", async () => {
  const controller = new AbortController();
  const runner = fake(() => {
    controller.abort(new Error("enough"));
    return new Error("killed");
  });
  const score = codeVerifier({ runner }).score("cat", { tests }, { signal: controller.signal });
  await expect(score).rejects.toThrow("enough");
});
