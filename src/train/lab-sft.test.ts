import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TINY_SPEAKER } from "../../test/support/tiny-policy.ts";
import { createExecutor } from "../embedded/engine/executor.ts";
import { floatData } from "../embedded/engine/host-tensor.ts";
import { localCompute } from "./embedded/compute.ts";
import type { LabSftRecipe } from "./lab-recipe.ts";
import { type LabSftEvent, type LabSftOptions, trainLabSft } from "./lab-sft.ts";

const recipe: LabSftRecipe = {
  model: TINY_SPEAKER,
  steps: 4,
  shortSteps: 1,
  soloSteps: 3,
  learningRate: 3e-3,
  warmupSteps: 2,
};
const compute = localCompute(await createExecutor({ kind: "onnxruntime", threads: 1 }));
const directory = () => mkdtemp(join(tmpdir(), "pacore-sft-"));

/** Run until it ends, or until `stopAfter` steps of this run. */
async function train(
  options: Partial<LabSftOptions> & { out: string },
  stopAfter = Number.POSITIVE_INFINITY,
) {
  const events: LabSftEvent[] = [];
  const run = trainLabSft({ recipe, compute, seed: 3, checkpointEvery: 1, checkProblems: 0, ...options });
  for await (const event of run) {
    events.push(event);
    const steps = events.filter(({ type }) => type === "step").length;
    if (event.type === "checkpoint" && steps >= stopAfter) break;
  }
  return events;
}

const losses = (events: LabSftEvent[]) =>
  events.flatMap((event) => (event.type === "step" ? [event.loss] : []));

function finalWeights(events: LabSftEvent[]) {
  const end = events.at(-1);
  if (end?.type !== "end") throw new Error("the run did not end");
  return [...end.weights.values()].flatMap((tensor) => [...floatData(tensor)]);
}

test("a run that was stopped and resumed ends with the same weights, bit for bit", async () => {
  const whole = await train({ out: await directory() });
  const out = await directory();
  const first = await train({ out }, 2);
  const second = await train({ out, resume: true });
  expect([...losses(first), ...losses(second)]).toEqual(losses(whole));
  expect(finalWeights(second)).toEqual(finalWeights(whole));
});

test("problems come alone at first, then with synthesis, audits, surveys and aggregation", async () => {
  const skills = losses(await train({ out: await directory() })).map((loss) => Object.keys(loss));
  const all = ["solo", "synthesis", "audit", "survey", "aggregation"];
  expect(skills).toEqual([["solo"], ["solo"], ["solo"], all]);
});

test("another seed gives other weights, and does not continue this one's checkpoint", async () => {
  const out = await directory();
  const one = await train({ out });
  const other = await train({ out: await directory(), seed: 4 });
  expect(finalWeights(other)).not.toEqual(finalWeights(one));
  await expect(train({ out, resume: true, seed: 4 })).rejects.toThrow("another seed or recipe");
});

test("a damaged checkpoint stops the run and is left as it is", async () => {
  const out = await directory();
  const path = join(out, "checkpoint.safetensors");
  await writeFile(path, "torn");
  await expect(train({ out, resume: true })).rejects.toThrow("damaged");
  expect(await readFile(path, "utf8")).toBe("torn");
});

test("out of time it stops with a checkpoint, unfinished", async () => {
  const events = await train({ out: await directory(), minutes: 0 });
  expect(events.at(-1)).toMatchObject({ type: "end", step: 0, finished: false });
  expect(events.at(-2)).toMatchObject({ type: "checkpoint", step: 0 });
});

test("an aborted run rejects with the reason", async () => {
  const abortSignal = AbortSignal.abort(new Error("stop it"));
  await expect(train({ out: await directory(), abortSignal })).rejects.toThrow("stop it");
});
