import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadPretrained, SHIPPED_MODEL } from "../../src/embedded/pretrained.ts";
import { readGguf } from "../support/read-gguf.ts";
import { tinyDirectory } from "../support/tiny-directory.ts";
import { runCli, temporaryFolder } from "./run-cli.ts";

test("without a directory the model that ships is exported, weight by weight", async () => {
  const out = join(await temporaryFolder(), "hf");
  const { stdout, code } = await runCli(["export", "--format", "hf", "--out", out]);
  expect(stdout).toMatch(/parameters, written to:\n/);
  expect(stdout).toContain(join(out, "tokenizer.json"));
  expect(code).toBe(0);
  expect((await loadPretrained(out)).weights).toEqual((await loadPretrained(SHIPPED_MODEL)).weights);
});

test("a directory, or its reference, is exported as GGUF", async () => {
  const [directory, folder] = [await tinyDirectory(), await temporaryFolder()];
  for (const [name, argument] of [
    ["a.gguf", directory],
    ["new/b.gguf", `embedded:${directory}`],
  ] as const) {
    const out = join(folder, name);
    const { stdout, code } = await runCli(["export", argument, "--format", "gguf", "--out", out]);
    expect(stdout).toContain(`written to:\n  ${out}\n`);
    expect(code).toBe(0);
    expect(readGguf(await readFile(out)).metadata["llama.embedding_length"]).toBe(16);
  }
});

test.each<[string, (folder: string) => string[], RegExp]>([
  ["no directory", () => ["/no/such", "--format", "hf", "--out", "x"], /\/no\/such: there is no config.json/],
  ["no format", () => ["--out", "x"], /--format/],
  ["another format", () => ["--format", "onnx", "--out", "x"], /Allowed choices are hf, gguf/],
  ["a directory for GGUF", (folder) => ["--format", "gguf", "--out", folder], /is a directory; name a file/],
  [
    "a file for Hugging Face",
    (folder) => ["--format", "hf", "--out", join(folder, "file")],
    /is a file; the Hugging Face layout needs a directory/,
  ],
])("%s is bad input", async (_, argumentsOf, message) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "file"), "");
  const { stdout, stderr, code } = await runCli(["export", ...argumentsOf(folder)]);
  expect(stderr).toMatch(message);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});
