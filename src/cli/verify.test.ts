import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { type VerifyIo, verifyCommand } from "./verify.ts";

async function verify(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err] = [stdout.toArray(), stderr.toArray()];
  const io: VerifyIo = { stdout, stderr };
  const error = await verifyCommand(io)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parseAsync(args, { from: "user" })
    .then(
      () => undefined,
      (error: Error) => error,
    );
  stdout.end();
  stderr.end();
  const lines = (await out).join("").split("\n").filter(Boolean);
  return {
    error,
    exitCode: io.exitCode,
    cases: lines.map((line) => JSON.parse(line)),
    stderr: (await err).join(""),
  };
}

async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pacore-verify-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "cases.jsonl");
  await writeFile(path, text);
  return path;
}

const lines = (...records: unknown[]) => records.map((record) => JSON.stringify(record)).join("\n");

test("one case gives one line", async () => {
  const { cases, error, exitCode } = await verify("--gold", String.raw`\frac12`, "--pred", "It is 0.5");
  expect([error, exitCode]).toEqual([undefined, undefined]);
  expect(cases).toEqual([expect.objectContaining({ equal: true, value: 1, answer: "0.5" })]);
});

test("a file's cases are scored in order, each by its kind", async () => {
  const path = await fileOf(
    lines(
      { id: "a", gold: "1/2", pred: "0.5" },
      { gold: "1/2", pred: "0.51" },
      { gold: "C", pred: "(C) Cecile", kind: "choice" },
      { gold: "(D) Alina", pred: "D", opts: { match_types: ["NativeLetters"] } },
      { gold: "a\u2028b", pred: "a\u2028b", kind: "exact" },
      { gold: "^4", pred: "42", kind: "regex" },
      { gold: { type: "integer" }, pred: "42", kind: "json-schema" },
      { gold: 42, pred: 42 },
      { gold: "1/3", pred: "0.33", opts: { precision: 2 } },
      { gold: "(", pred: "42", kind: "regex" },
    ),
  );
  const { cases, exitCode, stderr } = await verify("--file", path);
  expect(cases.map(({ value }) => value)).toEqual([1, 0, 1, 1, 1, 1, 1, 1, 1, "unscored"]);
  expect(cases.map(({ equal }) => equal).slice(-2)).toEqual([true, false]);
  expect(cases[0].id).toBe("a");
  expect([exitCode, stderr]).toEqual([undefined, ""]);
});

test("a line that does not parse is named, and the rest goes on", async () => {
  const good = lines({ gold: "1", pred: "1" });
  const path = await fileOf(
    `\ufeff${good}\r\n\n{"gold": "1"\n{"pred": "1"}\n{"gold":"1","pred":"1","kind":"x"}\n${good}`,
  );
  const { cases, exitCode, stderr } = await verify("--file", path);
  expect(cases.map(({ value }) => value)).toEqual([1, "unscored", "unscored", 1]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`${path}:3: not JSON`);
  expect(stderr).toContain(`${path}:4: gold is missing`);
  expect(stderr).toMatch(/:5: kind: .*math/);
  expect(stderr).toContain("3 of 6 lines could not be read");
});

test.each([
  [{ gold: "1" }, "pred is missing"],
  [{ gold: null, pred: "1" }, "gold must be text, a number, true or false, or an object, not null"],
  [{ gold: "1", pred: ["1"] }, "pred must be text, a number, true or false, not a list"],
  [{ gold: "1", pred: "1", opts: { precision: "2" } }, "opts.precision: "],
])("%j has a line of its own that says what is wrong", async (record, fault) => {
  const { cases, stderr, exitCode } = await verify("--file", await fileOf(lines({ id: "a", ...record })));
  expect(cases).toEqual([
    { id: "a", equal: false, value: "unscored", answer: null, explanation: expect.stringContaining(fault) },
  ]);
  expect(stderr).toContain(`:1: ${fault}`);
  expect(exitCode).toBe(1);
});

test("a line that holds no case has none", async () => {
  const { cases, stderr } = await verify("--file", await fileOf("[1]\nnull\n42\n"));
  expect(cases).toEqual([]);
  expect(stderr).toContain(":2: a case must be an object");
});

test("null is no answer, and JSON is an answer to a schema", async () => {
  const path = await fileOf(
    lines(
      { gold: "1", pred: null },
      { gold: { type: "object" }, pred: { a: 1 }, kind: "json-schema" },
      { gold: true, pred: [], kind: "json-schema" },
    ),
  );
  expect((await verify("--file", path)).cases.map(({ value }) => value)).toEqual([0, 1, 1]);
});

test("numbers stay as they were written", async () => {
  const path = await fileOf(
    '{"gold":12345678901234567890,"pred":"12345678901234567891"}\n{"gold":1.0,"pred":"1.0","kind":"exact"}',
  );
  expect((await verify("--file", path)).cases.map(({ value }) => value)).toEqual([0, 1]);
});

test("an empty file has no cases", async () => {
  expect(await verify("--file", await fileOf(""))).toMatchObject({
    cases: [],
    exitCode: undefined,
    stderr: "",
  });
});

test("--kind and --opts hold where a case does not say", async () => {
  const path = await fileOf(lines({ gold: "Yes", pred: "yes" }, { gold: "1.0", pred: "1", kind: "math" }));
  const { cases } = await verify("--file", path, "--kind", "exact", "--opts", '{"caseMatters":false}');
  expect(cases.map(({ value }) => value)).toEqual([1, 1]);
});

test.each([
  [["--file", "/no/such/file.jsonl"], "there is no such file"],
  [["--file", tmpdir()], "it is a folder"],
  [["--gold", "1"], "--file, or both --gold and --pred"],
  [[], "--file, or both --gold and --pred"],
  [["--file", "x", "--gold", "1", "--pred", "1"], "--file, or both --gold and --pred"],
  [["--gold", "1", "--pred", "1", "--opts", "{"], "--opts is not JSON"],
  [["--gold", "1", "--pred", "1", "--opts", '{"precision":-1}'], "precision"],
  [["--gold", "1", "--pred", "1", "--kind", "poetry"], "poetry"],
])("%j is refused", async (args, message) => {
  const { error, cases } = await verify(...args);
  expect(error?.message).toContain(message);
  expect(cases).toEqual([]);
});
