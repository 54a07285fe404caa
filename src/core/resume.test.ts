import { expect, test } from "vitest";
import { type MemoryJournal, memoryJournal } from "../testing/memory-journal.ts";
import { type Script, scriptedModel } from "../testing/scripted-model.ts";
import { coordinate } from "./coordinate.ts";
import type { CoordinateOptions } from "./options.ts";
import { problemOf } from "./prompt-slot.ts";
import { solve, userPrompt } from "./solve.ts";

const call = { prompt: userPrompt("x?"), seed: 5 };
/** Answers by what is asked, so that a resumed run can be compared with an uninterrupted one. */
const byPrompt: Script = ({ seed, prompt }) => ({
  reasoning: "hm",
  text: `m${seed}-${problemOf(prompt).length}`,
});

/** Run until `calls` calls have ended, then drop everything as kill -9 would. */
async function killedAfter(calls: number, journal: MemoryJournal, options: CoordinateOptions) {
  const model = scriptedModel(byPrompt);
  for await (const event of coordinate(model, call, { ...options, journal })) {
    if (event.type === "trajectory-end" && --calls === 0) break;
  }
  // What a killed process could not write any more.
  const { trajectories } = journal.stored;
  journal.stored.trajectories = trajectories.filter(({ outcome }) => outcome !== "cancelled");
}

test("resumed after any number of finished calls, the result is the same and nothing finished is paid twice", async () => {
  const options = { widths: [4, 2], concurrency: 2 };
  const whole = await solve(scriptedModel(byPrompt), call, options);
  for (let calls = 1; calls <= 7; calls++) {
    const journal = memoryJournal();
    await killedAfter(calls, journal, options);
    const paid = journal.stored.trajectories.length;
    expect(paid).toBeGreaterThanOrEqual(calls);
    const model = scriptedModel(byPrompt);
    const resumed = await solve(model, call, { ...options, journal: memoryJournal(journal) });
    expect(model.calls.length).toBe(7 - paid);
    expect(resumed).toMatchObject({ answer: whole.answer, messages: whole.messages, content: whole.content });
    expect(resumed.receipt).toMatchObject({
      ttc: whole.receipt.ttc,
      finished: 7,
      replayed: journal.stored.result ? 0 : paid,
    });
  }
});

test("a finished run is answered from the journal without a call", async () => {
  const journal = memoryJournal();
  const first = await solve(scriptedModel(byPrompt), call, { widths: [2], journal });
  const model = scriptedModel(byPrompt);
  expect(await solve(model, call, { widths: [2], journal: memoryJournal(journal) })).toEqual(first);
  expect(model.calls).toHaveLength(0);
});

test("a finished trajectory is in the journal before its event is seen", async () => {
  const journal = memoryJournal();
  for await (const event of coordinate(scriptedModel(byPrompt), call, { widths: [3], journal })) {
    if (event.type === "trajectory-end") {
      expect(journal.stored.trajectories).toContainEqual(JSON.parse(JSON.stringify(event.trajectory)));
    }
  }
  expect.assertions(4);
});

test("a round that ended at a quorum passes on the same messages after a resume", async () => {
  const script: Script = ({ number }) => ({ text: `m${number}`, delayMs: number < 2 ? 0 : 60_000 });
  const journal = memoryJournal();
  const model = scriptedModel(script);
  for await (const event of coordinate(model, call, { widths: [4], quorum: 2, journal })) {
    if (event.type === "round-end") break;
  }
  const resumed = await solve(
    scriptedModel(() => "y"),
    call,
    { widths: [4], quorum: 2, journal: memoryJournal(journal) },
  );
  expect(resumed.messages.toSorted()).toEqual(["m0", "m1"]);
  expect(resumed.answer).toBe("y");
});

test("a cut-off that was asked again before the crash is not asked a third time", async () => {
  const cut: Script = () => ({ reasoning: "r", finish: "length" });
  const journal = memoryJournal();
  const options = { widths: [2], retryDelayMs: 0 };
  const failed = await solve(scriptedModel(cut), call, { ...options, journal }).catch((e) => e);
  expect(failed.trajectories).toHaveLength(4);
  const model = scriptedModel(cut);
  await solve(model, call, { ...options, journal: memoryJournal(journal) }).catch(() => {});
  expect(model.calls).toHaveLength(0);
});

test("a journal that cannot be written ends the run: nothing is shown that is not stored", async () => {
  const journal = { ...memoryJournal(), putTrajectory: () => Promise.reject(new Error("disk full")) };
  const seen: string[] = [];
  const onEvent = (event: { type: string }) => seen.push(event.type);
  const model = scriptedModel(byPrompt);
  await expect(solve(model, call, { widths: [3], journal, onEvent })).rejects.toThrow("disk full");
  expect(seen).not.toContain("trajectory-end");
  expect(model.inFlight()).toBe(0);
});
