import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.ts";

const lines = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

test("a sample is solved on the embedded model, and its answer checked", async () => {
  const journal = join(await temporaryFolder(), "journal.db");
  const args = ["solve", "--sample", "3", "--widths", "8", "--run-id", "s", "--journal", journal];
  const { stdout, stderr, code } = await runCli(args);
  expect(stdout).toMatch(/^(A=\d .*\d)\n$/);
  expect(stderr).toMatch(/^sample 3, a work list:\n {2}Compute each chain/);
  expect(stderr).toMatch(/checked against the known answer A=\d/);
  expect(stderr).toMatch(/conclusions of round 1, alone +\d of 8 right/);
  expect(code).toBe(0);
  // Finished: shown and checked again, from the journal alone.
  const again = await runCli(["runs", "resume", "s", "--journal", journal, "--json"]);
  const check = lines(again.stdout).at(-1);
  expect(check).toMatchObject({ type: "sample-check", conclusions: { count: 8 } });
  expect(again.code).toBe(0);
});

test("the same sample gives the same run", async () => {
  const args = ["solve", "--sample", "1", "--widths", "4", "--no-journal", "--quiet"];
  const [first, second] = await Promise.all([runCli(args), runCli(args)]);
  expect(first.code).toBe(0);
  expect(second).toEqual(first);
});
