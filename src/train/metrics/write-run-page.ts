import { join } from "node:path";
import { writeAtomically } from "../../embedded/atomic-file.ts";
import { runPage } from "./run-page.ts";
import { readRun } from "./run-record.ts";

/**
 * Write the page of a run, whole or not at all. @returns Its path.
 * @throws InvalidOptionError If the folder has no metrics, MetricsFileError if they cannot be read.
 */
export async function writeRunPage(
  folder: string,
  { out = join(folder, "report.html") } = {},
): Promise<string> {
  await writeAtomically(out, runPage(await readRun(folder)));
  return out;
}
