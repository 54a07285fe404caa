import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { writeAtomically } from "../embedded/atomic-file.ts";
import { floatData, floats } from "../embedded/engine/host-tensor.ts";
import { readSafetensors, writeSafetensors } from "../embedded/safetensors.ts";
import type { Weights } from "../embedded/weights.ts";
import { type AdamWState, createAdamW } from "./adamw.ts";

/** All a run needs to go on as if it had never stopped: batches follow from the seed and the step. */
interface Checkpoint {
  weights: Weights;
  optimizer: AdamWState;
  seed: number;
  /** The recipe, as JSON: a run goes on with its own only. */
  recipe: string;
}

export async function saveCheckpoint(
  path: string,
  { weights, optimizer, seed, recipe }: Checkpoint,
): Promise<void> {
  const tensors: Weights = new Map(weights);
  for (const [index, [name, { shape }]] of [...weights].entries()) {
    tensors.set(`adamw.first.${name}`, floats(shape, optimizer.first[index]));
    tensors.set(`adamw.second.${name}`, floats(shape, optimizer.second[index]));
  }
  const metadata = { step: String(optimizer.step), seed: String(seed), recipe };
  await writeAtomically(path, writeSafetensors(tensors, metadata));
}

/** @returns `undefined` if there is no file. @throws If it is damaged. */
export async function loadCheckpoint(path: string): Promise<Checkpoint | undefined> {
  if (!existsSync(path)) return undefined;
  const { tensors, metadata } = readSafetensors(await readFile(path));
  const weights: Weights = new Map([...tensors].filter(([name]) => !name.startsWith("adamw.")));
  const optimizer = createAdamW([...weights.values()].map(floatData));
  optimizer.step = Number(metadata.step);
  optimizer.first = [...weights.keys()].map((name) => floatData(tensors.get(`adamw.first.${name}`)));
  optimizer.second = [...weights.keys()].map((name) => floatData(tensors.get(`adamw.second.${name}`)));
  return { weights, optimizer, seed: Number(metadata.seed), recipe: metadata.recipe ?? "" };
}
