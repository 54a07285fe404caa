import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { solve } from "../../core/solve.ts";
import { type Script, scriptedModel } from "../../testing/scripted-model.ts";
import { LiveView } from "./live-view.ts";

/** A stream that looks like a terminal, or a file, and what was written to it. */
function output(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 });
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}

async function shown(script: Script, { terminal = true, retryDelayMs = 0 } = {}) {
  // The cursor is hidden on the process's own stream.
  const hidden = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  onTestFinished(() => hidden.mockRestore());
  const stdout = output(terminal);
  const stderr = output(true);
  const view = new LiveView({ stdout: stdout.stream, stderr: stderr.stream });
  const options = { widths: [2], retryDelayMs, stream: terminal, onEvent: view.show.bind(view) };
  await solve(scriptedModel(script), "x", options).catch(() => {});
  view.close();
  await new Promise(setImmediate);
  return { stdout: stdout.text(), stderr: stripVTControlCharacters(stderr.text()) };
}

test("on a terminal the answer is streamed, once, below the last frame", async () => {
  const { stdout, stderr } = await shown(() => "It is\n42.");
  expect(stdout).toBe("\nIt is\n42.\n");
  expect(stderr).toMatch(/✓ round 1 {2}2 of 2 · agreement 100%/);
  expect(stderr).toMatch(/total +30 +9 +9/);
  expect(stderr.match(/total/g)).toHaveLength(1);
});

test("into a file the answer goes when it is complete, to the byte", async () => {
  const { stdout, stderr } = await shown(() => "It is \u001b[1m42\u001b[0m.", { terminal: false });
  expect(stdout).toBe("It is \u001b[1m42\u001b[0m.\n");
  expect(stderr).toContain("✓ answer");
});

test("an answer that breaks off is written again from its start", async () => {
  const { stdout, stderr } = await shown(({ number }) => ({
    text: "It is 42.",
    ...(number === 2 && { breakAfter: 4 }),
  }));
  expect(stdout).toBe("\nIt i\n\nIt is 42.\n");
  expect(stderr).toContain("! The answer broke off and is written again:");
});

test("a run without an answer leaves its last frame and no answer", async () => {
  const { stdout, stderr } = await shown(() => ({ error: new Error("no key") }));
  expect(stdout).toBe("");
  expect(stderr).toContain("2 lost");
});
