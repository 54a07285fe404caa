import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.ts";

const NOWHERE = ["--model", "http://127.0.0.1:9/v1#m", "--no-journal"];

test.each<[string, string[], RegExp]>([
  [
    "an unknown option",
    ["solve", "x", "--efort", "low"],
    /unknown option '--efort' \(Did you mean --effort\?\)/,
  ],
  ["an unknown command", ["sovle"], /unknown command 'sovle' \(Did you mean solve\?\)/],
  ["an unknown level", ["solve", "x", "--effort", "huge"], /Allowed choices are low, medium, high/],
  ["widths that are no numbers", ["solve", "x", "--widths", "abc"], /--widths: "abc" is neither low/],
  ["effort and widths", ["solve", "x", "--effort", "low", "--widths", "4"], /cannot be used with option/],
  ["a duration without a unit", ["solve", "x", "--deadline", "5"], /such as 90s, 5m/],
  ["an empty problem", ["solve", "  ", ...NOWHERE], /The problem is empty/],
  ["no problem at all", ["solve", ...NOWHERE], /The problem is empty/],
  ["two problems", ["solve", "x", "--sample"], /Give the problem once/],
  ["a file that is not there", ["solve", "--problem-file", "/no/such"], /\/no\/such: there is no such file/],
  ["a folder as a file", ["solve", "--problem-file", "/"], /it is a directory/],
  [
    "a template that does not parse",
    ["prompt", "--problem-file", "/etc/hostname"],
    /--messages-file <file>' not specified/,
  ],
  ["a model that is none", ["solve", "x", "--model", "gpt"], /names no model/],
  ["a provider that is not installed", ["solve", "x", "--model", "nosuch:m"], /npm install @ai-sdk\/nosuch/],
  ["a problem the embedded model cannot solve", ["solve", "2+2?"], /solves work lists only/],
  [
    "a budget without a price",
    ["solve", "x", ...NOWHERE, "--budget-money", "1"],
    /--budget-money: needs a price/,
  ],
  ["half a price", ["solve", "x", ...NOWHERE, "--price-in", "1"], /--price-out/],
  ["a key in a URL", ["solve", "x", "--model", "http://u:hunter22@h/v1#m"], /leave keys and passwords out/],
])("%s: one line, exit code 2", async (_, args, message) => {
  const { stdout, stderr, code } = await runCli(args);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stderr).not.toContain("hunter22");
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("a history that is no JSON is refused with its path", async () => {
  const path = join(await temporaryFolder(), "h.json");
  await writeFile(path, "[{");
  const { stderr, code } = await runCli(["solve", "x", "--history", path, ...NOWHERE]);
  expect(stderr).toContain(`--history: ${path} is not valid JSON`);
  expect(code).toBe(2);
});

test("PACORE_DEBUG shows the stack", async () => {
  const { stderr } = await runCli(["solve", "x", "--widths", "abc"], { env: { PACORE_DEBUG: "1" } });
  expect(stderr).toContain("    at ");
});

test("help goes to stdout, with examples and exit codes", async () => {
  const { stdout, stderr, code } = await runCli(["solve", "--help"]);
  expect(stdout).toMatch(/Examples:\n {2}\$ pacore solve --sample/);
  expect(stdout).toMatch(/Exit codes:\n {2}0 +answered/);
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test("a reader of the output that goes away is not a crash", async () => {
  const onStart = (child: { stdout: NodeJS.ReadableStream | null }) => {
    (child.stdout as unknown as { destroy(): void }).destroy();
  };
  const { stderr, code } = await runCli(["completion", "bash"], { onStart });
  expect(stderr).toBe("");
  expect(code).toBe(0);
});
