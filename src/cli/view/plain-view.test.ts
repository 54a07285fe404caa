import { expect, test } from "vitest";
import { solve } from "../../core/solve.ts";
import { memoryJournal } from "../../testing/memory-journal.ts";
import { scriptedModel } from "../../testing/scripted-model.ts";
import { plainLines } from "./plain-view.ts";

test("a run in plain lines", async () => {
  const model = scriptedModel(({ number }) =>
    number === 1 ? { error: new Error("overloaded") } : { text: `Let me see.\nIt is ${number % 2}.` },
  );
  const lines: string[] = [];
  const told = plainLines();
  const onEvent = (event: Parameters<typeof told>[0]) => lines.push(...told(event));
  await solve(model, "x", { widths: [2], runId: "r-1", maxRetries: 0, retryDelayMs: 0, onEvent });
  expect(lines.map((line) => line.replace(/\d+ms/, "Nms"))).toEqual([
    "run r-1: [2] on scripted",
    "round 1: 2 trajectories",
    "round 1: 1 of 2: … It is 0.",
    "round 1: trajectory 2 is lost: overloaded",
    "round 1: done, 1 of 2 conclusions, 6 tokens, Nms, agreement 100%",
    "answer: synthesising 1 conclusions",
  ]);
});

test("what came from the journal says so", async () => {
  const journal = memoryJournal();
  const options = { widths: [2], runId: "r", journal };
  const failing = scriptedModel(({ number }) => (number < 2 ? "42" : { error: new Error("down") }));
  await solve(failing, "x", { ...options, maxRetries: 0 }).catch(() => {});
  const told = plainLines();
  const lines: string[] = [];
  const onEvent = (event: Parameters<typeof told>[0]) => lines.push(...told(event));
  await solve(
    scriptedModel(() => "42"),
    "x",
    { ...options, onEvent },
  );
  expect(lines[0]).toContain("resumed");
  expect(lines).toContain("round 1: 2 of 2 (from the journal): 42");
});
