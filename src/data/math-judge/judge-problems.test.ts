import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Reply, type ScriptedCall, scriptedModel } from "../../testing/scripted-model.ts";
import { type JudgeProblemsOptions, judgeProblems } from "./judge-problems.ts";

const problemOf = (i: number) => ({
  id: `p${i}`,
  prompt: `Question number ${i}: what is it?`,
  answer: `${i}`,
  kind: "math" as const,
});

/** Which problem is asked about. */
const numberIn = ({ prompt }: ScriptedCall): number =>
  Number(/Question number (\d+):/.exec(JSON.stringify(prompt))?.[1]);

async function* labelled(labels: readonly boolean[]) {
  for (const [i, label] of labels.entries()) yield { problem: problemOf(i), label };
}

async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), "pacore-judge-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { out: join(folder, "out.jsonl"), votesOut: join(folder, "votes.jsonl") };
}

const linesOf = async (path: string) =>
  (await readFile(path, "utf8"))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** A judge that says "fit" for so many of the votes on each problem: call after call, with one at a time. */
function judgeSaying(inFavour: readonly number[], other = "VERDICT: INCORRECT") {
  const asked = new Map<number, number>();
  return scriptedModel((call) => {
    const number = numberIn(call);
    const vote = asked.get(number) ?? 0;
    asked.set(number, vote + 1);
    return vote < (inFavour[number] ?? 0) ? "Fine. VERDICT: CORRECT" : other;
  });
}

const common = { concurrency: 1, votes: 4 } satisfies Partial<JudgeProblemsOptions>;

test("a judge with known errors has the F1 that counting by hand gives, at each agreement", async () => {
  // Labels and votes for: of five fit problems 4 4 4 3 1, of five unfit ones 4 2 1 0 0.
  const labels = [true, true, true, true, true, false, false, false, false, false];
  const model = judgeSaying([4, 4, 4, 3, 1, 4, 2, 1, 0, 0]);
  const paths = await setUp();
  const { measured, kept, agreement, cast } = await judgeProblems({
    ...common,
    ...paths,
    model,
    problems: labelled(labels),
  });
  expect(kept).toBe(4);
  expect(agreement).toEqual([2, 2, 1, 1, 4]);
  expect(cast).toEqual({ fit: 23, unfit: 17, unparsable: 0 });
  const counts = measured?.thresholds.map((one) => [
    one.truePositives,
    one.falsePositives,
    one.falseNegatives,
    one.trueNegatives,
  ]);
  expect(counts).toEqual([
    [5, 3, 0, 2],
    [4, 2, 1, 3],
    [4, 1, 1, 4],
    [3, 1, 2, 4],
  ]);
  expect(measured?.thresholds.map(({ f1 }) => f1)).toEqual([10 / 13, 8 / 11, 0.8, 6 / 9]);
  expect((await linesOf(paths.out)).map(({ id }) => id)).toEqual(["p0", "p1", "p2", "p5"]);
});

test("no vote is asked twice: another agreement asks nothing, more votes ask the missing ones", async () => {
  const model = judgeSaying([4, 3, 6]);
  const paths = await setUp();
  const run = (more: Partial<JudgeProblemsOptions>) =>
    judgeProblems({ ...common, ...paths, model, problems: labelled([true, true, true]), ...more });
  expect((await run({})).kept).toBe(2);
  expect(model.calls).toHaveLength(12);
  expect((await run({ agree: 3 })).kept).toBe(3);
  expect(model.calls).toHaveLength(12);
  expect((await run({ votes: 6, agree: 6 })).kept).toBe(1);
  expect(model.calls).toHaveLength(18);
  expect(new Set(model.calls.map(({ seed }) => seed)).size).toBe(18);
});

test("a vote without a verdict counts against, or leaves the problem undecided", async () => {
  const paths = await setUp();
  const model = judgeSaying([3, 4], "I cannot say.");
  const run = (more: Partial<JudgeProblemsOptions>) =>
    judgeProblems({ ...common, ...paths, model, problems: labelled([true, true]), ...more });
  expect(await run({})).toMatchObject({ kept: 1, undecided: [], cast: { fit: 7, unparsable: 1 } });
  expect(await run({ unparsable: "undecided" })).toMatchObject({
    kept: 1,
    undecided: [{ id: "p0", detail: "a vote without a verdict" }],
    measured: { labelled: 1 },
  });
});

test("a problem whose call failed is undecided, in no figure, and asked again in the next life", async () => {
  const paths = await setUp();
  let down = true;
  const reply = (call: ScriptedCall): string | Reply =>
    down && numberIn(call) === 1 ? { error: new Error("down") } : "VERDICT: CORRECT";
  const model = scriptedModel(reply);
  const run = () =>
    judgeProblems({
      ...common,
      ...paths,
      model,
      coordinate: { maxRetries: 0 },
      problems: labelled([true, true]),
    });
  expect(await run()).toMatchObject({ kept: 1, undecided: [{ id: "p1", detail: "down" }] });
  down = false;
  expect(await run()).toMatchObject({ kept: 2, undecided: [], measured: { labelled: 2 } });
  expect(model.calls).toHaveLength(4 + 4 + 4);
});

test("a rule decides before anything is paid, and is measured by itself", async () => {
  const paths = await setUp();
  const model = judgeSaying([4, 4, 4]);
  const rule = ({ id }: { id: string }) => (id === "p1" ? "link: www" : undefined);
  const report = await judgeProblems({
    ...common,
    ...paths,
    model,
    rule,
    problems: labelled([true, false, false]),
  });
  expect(report).toMatchObject({ kept: 2, dropped: { byRule: { link: 1 }, byVote: 0 } });
  expect(report.measured?.rules).toMatchObject({ truePositives: 1, falsePositives: 1, trueNegatives: 1 });
  expect(model.calls).toHaveLength(8);
});

test("a budget ends the work, which then goes on", async () => {
  const paths = await setUp();
  const model = judgeSaying([4, 4, 4, 4]);
  const run = (budgetTokens: number) =>
    judgeProblems({
      ...common,
      ...paths,
      model,
      budgetTokens,
      call: { maxOutputTokens: 3 },
      problems: labelled([true, true, true, true]),
    });
  const first = await run(20);
  expect(first.end).toBe("budget");
  expect(first.spent.output).toBeLessThanOrEqual(20);
  expect(first.undecided.length).toBeGreaterThan(0);
  expect(await run(1000)).toMatchObject({ end: "done", kept: 4 });
  expect(model.calls).toHaveLength(16);
});

test("votes of another model are refused, and the data set stays as it was", async () => {
  const paths = await setUp();
  const run = (modelName: string) =>
    judgeProblems({ ...common, ...paths, model: judgeSaying([4]), modelName, problems: labelled([true]) });
  await run("one");
  await expect(run("two")).rejects.toThrow(/belongs to judgements with another model/);
  expect(await linesOf(paths.out)).toHaveLength(1);
});
