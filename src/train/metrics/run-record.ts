import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { InvalidOptionError } from "../../errors.ts";
import { type MetricsFile, metricsFiles, readMetricsFile } from "./metrics-files.ts";
import type { KeptMetrics } from "./metrics-log.ts";

/** A training run as its folder tells it. */
export interface RunRecord extends KeptMetrics {
  name: string;
  /** From `recipe.json`; empty without one. */
  recipe: Readonly<Record<string, unknown>>;
  /** Where each value of the recipe comes from, as far as it is known. */
  sources: Readonly<Record<string, string>>;
}

/**
 * Read a run, while it goes or afterwards. Of several evaluations of one iteration the last counts.
 * @throws InvalidOptionError If the folder has no metrics, MetricsFileError if they cannot be read.
 */
export async function readRun(folder: string): Promise<RunRecord> {
  const files = metricsFiles(folder);
  if (!existsSync(files.iterations.path) && !existsSync(files.evaluations.path))
    throw new InvalidOptionError(folder, "has no metrics.jsonl; name the --out of a training run.");
  const evaluations = await records(files.evaluations);
  return {
    name: basename(resolve(folder)),
    ...(await readRecipe(join(folder, "recipe.json"))),
    iterations: await records(files.iterations),
    evaluations: [...new Map(evaluations.map((one) => [one.iteration, one])).values()],
  };
}

const records = async <T extends { iteration: number }>(file: MetricsFile<T>): Promise<T[]> =>
  (await readMetricsFile(file)).map(({ record }) => record);

/** `{ recipe, sources }`. What cannot be read is no reason to show no metrics. */
async function readRecipe(path: string): Promise<Pick<RunRecord, "recipe" | "sources">> {
  const none = { recipe: {}, sources: {} };
  if (!existsSync(path)) return none;
  try {
    const { recipe, sources } = JSON.parse(await readFile(path, "utf8")) as Partial<RunRecord>;
    return { recipe: recipe ?? {}, sources: sources ?? {} };
  } catch {
    return none;
  }
}
