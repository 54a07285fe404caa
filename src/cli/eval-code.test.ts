import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Problem } from "../data/problem.ts";
import { codeGrader } from "./eval-code.ts";

const problem = (more: Partial<Problem> = {}): Problem => ({
  id: "p1",
  prompt: "?",
  kind: "code",
  answer: { tests: [{ input: "1", output: "1" }] },
  ...more,
});
const { signal } = new AbortController();

/** A remote sandbox where every program prints 1. */
async function sandbox() {
  const run_result = { status: "Finished", return_code: 0, stdout: "1\n", stderr: "" };
  const server = createServer(
    (_, response) => void response.end(JSON.stringify({ status: "Success", run_result })),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  vi.stubEnv("PACORE_SANDBOX", `fusion:http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => void vi.unstubAllEnvs());
}

test("without problems of the kind no sandbox is opened", async () => {
  vi.stubEnv("PACORE_SANDBOX", "nonsense");
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await codeGrader([problem({ kind: "math", answer: "1" })])).toBeUndefined();
  await expect(codeGrader([problem()])).rejects.toThrow("PACORE_SANDBOX");
});

test("programs are graded by their tests, and told apart by their text", async () => {
  await sandbox();
  const grader = (await codeGrader([problem()]))?.(problem());
  expect(await grader?.score("```python\nprint(1)\n```", signal)).toMatchObject({ value: 1 });
  expect(grader?.normalForm?.("So:\n```python\nprint(1)\n```")).toBe("print(1)");
  const half = problem({ answer: { inputs: ["", ""], outputs: ["1", "2"] } });
  expect(await (await codeGrader([half]))?.(half).score("print(1)", signal)).toMatchObject({ value: 0.5 });
});

test("tests or options that cannot be read are an error that names the problem", async () => {
  await sandbox();
  const open = await codeGrader([problem()]);
  for (const bad of [problem({ answer: "x" }), problem({ options: { language: "cobol" } })])
    expect(() => open?.(bad)).toThrow("p1 has tests or options");
});
