import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { shapesOf } from "./completion.ts";
import { bashCompletion } from "./completion-bash.ts";
import { fishCompletion } from "./completion-fish.ts";
import { zshCompletion } from "./completion-zsh.ts";
import { createProgram } from "./program.ts";

const shapes = shapesOf(createProgram("0"));
const script = bashCompletion(shapes);

/** What bash offers for a line whose last word is being written. */
async function complete(...words: string[]): Promise<string[]> {
  const run = `${script}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pacore; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)("bash", ["-c", run, "bash", ...words], {
    cwd: import.meta.dirname,
  });
  return stdout.split("\n").filter(Boolean);
}

test("bash completes a command", async () => {
  expect(await complete("pacore", "so")).toEqual(["solve"]);
});

test("bash completes a command's options, not those of another", async () => {
  expect(await complete("pacore", "solve", "--bud")).toEqual(["--budget-tokens", "--budget-money"]);
  expect(await complete("pacore", "prompt", "--bud")).toEqual([]);
});

test("bash completes an option's values", async () => {
  expect(await complete("pacore", "solve", "--seed", "1", "--effort", "")).toEqual(["low", "medium", "high"]);
});

test("bash completes below a group of commands", async () => {
  expect(await complete("pacore", "train", "")).toContain("lab-sft");
  expect(await complete("pacore", "train", "lab-sft", "--res")).toEqual(["--resume"]);
});

test("bash completes the path of an option that takes one", async () => {
  expect(await complete("pacore", "solve", "--problem-file", "view/rece")).toEqual(
    expect.arrayContaining(["view/receipt-table.ts"]),
  );
});

test("bash completes an argument's choices", async () => {
  expect(await complete("pacore", "completion", "z")).toEqual(["zsh"]);
});

test("every command and option is in every script", () => {
  for (const text of [script, zshCompletion(shapes), fishCompletion(shapes)]) {
    for (const { options, subcommands } of shapes) {
      for (const { name } of subcommands) expect(text).toContain(name);
      for (const { long } of options) expect(text).toContain(long.slice(2));
    }
  }
});
