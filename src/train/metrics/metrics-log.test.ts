import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, expectTypeOf, onTestFinished, test } from "vitest";
import { exampleEvaluation, exampleIteration } from "./example-metrics.ts";
import type { EvaluationMetrics, IterationMetrics } from "./iteration-metrics.ts";
import { MetricsFileError, metricsFiles, readMetricsFile } from "./metrics-files.ts";
import { MetricsLog } from "./metrics-log.ts";
import type { RecordedEvaluation, RecordedIteration } from "./recorded.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pacore-metrics-"));
  onTestFinished(() => rm(folder, { recursive: true }));
});

const path = () => join(folder, "metrics.jsonl");
const numbers = async () =>
  (await readMetricsFile(metricsFiles(folder).iterations)).map(({ record }) => record.iteration);

async function written(from: number, to: number, after = from - 1) {
  const log = await MetricsLog.open({ folder, after });
  for (let iteration = from; iteration <= to; iteration++)
    await log.addIteration(exampleIteration(iteration));
  await log.close();
  return log;
}

test("what is written is read back, field by field", async () => {
  const log = await MetricsLog.open({ folder });
  await log.addIteration(exampleIteration(1));
  await log.addEvaluation(exampleEvaluation(1));
  await log.close();
  const [iteration] = await readMetricsFile(metricsFiles(folder).iterations);
  const [evaluation] = await readMetricsFile(metricsFiles(folder).evaluations);
  expect(iteration?.record).toEqual(exampleIteration(1));
  expect(evaluation?.record).toEqual(exampleEvaluation(1));
});

test("every field that is written has its place in what is read", () => {
  expectTypeOf<IterationMetrics>().toExtend<RecordedIteration>();
  expectTypeOf<keyof IterationMetrics>().toEqualTypeOf<keyof RecordedIteration>();
  expectTypeOf<keyof IterationMetrics["seconds"]>().toEqualTypeOf<keyof RecordedIteration["seconds"]>();
  expectTypeOf<keyof IterationMetrics["tokens"]>().toEqualTypeOf<keyof RecordedIteration["tokens"]>();
  expectTypeOf<EvaluationMetrics>().toExtend<RecordedEvaluation>();
  expectTypeOf<keyof EvaluationMetrics>().toEqualTypeOf<keyof RecordedEvaluation>();
});

test("a killed run that goes on from a checkpoint has each iteration once", async () => {
  await written(1, 7);
  const log = await written(6, 9);
  expect(log.kept.iterations.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5]);
  expect(await numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("a run killed at any byte of its last line goes on as if the line had never been", async () => {
  await written(1, 3);
  const whole = await readFile(path());
  const second = whole.indexOf(0x0a, whole.indexOf(0x0a) + 1) + 1;
  for (const size of [second, second + 1, second + 40, whole.length - 1]) {
    await writeFile(path(), whole);
    await truncate(path(), size);
    expect(await numbers()).toEqual([1, 2]);
    await written(3, 3);
    expect(await readFile(path())).toEqual(whole);
  }
});

test("a log that nothing is added to leaves the files as they are", async () => {
  await written(1, 5);
  const before = await readFile(path());
  await (await MetricsLog.open({ folder, after: 2 })).close();
  expect(await readFile(path())).toEqual(before);
});

test("the first evaluation that is added cuts the iterations, too", async () => {
  await written(1, 5);
  const log = await MetricsLog.open({ folder, after: 2 });
  await log.addEvaluation(exampleEvaluation(2));
  await log.close();
  expect(await numbers()).toEqual([1, 2]);
});

test("a last line of zeros, as a power cut leaves it, is torn too", async () => {
  await written(1, 2);
  await appendFile(path(), `${"\0".repeat(300)}\n`);
  await written(3, 3, 2);
  expect(await numbers()).toEqual([1, 2, 3]);
});

test("evaluations after the checkpoint are cut off, and the others can be asked for", async () => {
  const log = await MetricsLog.open({ folder });
  for (const iteration of [0, 50, 100]) await log.addEvaluation(exampleEvaluation(iteration));
  await log.close();
  const resumed = await MetricsLog.open({ folder, after: 60 });
  await resumed.close();
  expect(resumed.kept.evaluations.map(({ iteration }) => iteration)).toEqual([0, 50]);
});

test("a damaged line before the last is an error that names it, and nothing is cut", async () => {
  await written(1, 3);
  const damaged = (await readFile(path(), "utf8")).replace('{"iteration":2', '{"iteration":"two"');
  await writeFile(path(), damaged);
  const error = await MetricsLog.open({ folder, after: 3 }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MetricsFileError);
  expect((error as Error).message).toContain("metrics.jsonl:2: is not a line of metrics; remove that line");
  expect(await readFile(path(), "utf8")).toBe(damaged);
});

test("NaN and infinities are null in the file", async () => {
  const log = await MetricsLog.open({ folder });
  await log.addIteration(exampleIteration(1, { entropy: Number.NaN, valueLoss: Number.POSITIVE_INFINITY }));
  await log.close();
  const [line] = await readMetricsFile(metricsFiles(folder).iterations);
  expect(line?.record).toMatchObject({ entropy: null, valueLoss: null, reward: 0.25 });
});

test("an iteration is not logged twice", async () => {
  await written(1, 2);
  const log = await MetricsLog.open({ folder, after: 2 });
  onTestFinished(() => log.close());
  await expect(log.addIteration(exampleIteration(2))).rejects.toThrow(
    "Iteration 2 is logged after iteration 2",
  );
});

test("a file of an older version, with fields missing, can be read", async () => {
  await writeFile(path(), '{"iteration":1,"stage":1,"reward":0.5,"of tomorrow":1}\n');
  const [line] = await readMetricsFile(metricsFiles(folder).iterations);
  expect(line?.record).toMatchObject({
    reward: 0.5,
    entropy: null,
    seconds: { total: null },
    rewardByKind: {},
  });
});
