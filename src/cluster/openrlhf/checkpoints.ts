import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../embedded/atomic-file.ts";

const ROLES = ["_actor", "_critic"] as const;

/** The iteration of the last checkpoint that policy and critic share; 0 without one. */
export async function lastCheckpoint(folder: string): Promise<number> {
  const steps = await Promise.all(ROLES.map((role) => latestOf(folder, role)));
  return Math.min(...steps);
}

/**
 * Have a resumed trainer begin with the same iteration in policy and critic. They are saved one after the other: killed
 * in between, DeepSpeed would load one of each.
 * @returns that iteration.
 */
export async function alignCheckpoints(folder: string): Promise<number> {
  const step = await lastCheckpoint(folder);
  const shared = ROLES.every((role) => existsSync(join(folder, role, tagOf(step))));
  if (step === 0 || !shared) return 0;
  for (const role of ROLES) await writeAtomically(join(folder, role, "latest"), tagOf(step));
  return step;
}

const tagOf = (step: number) => `global_step${step}`;

/** DeepSpeed's own note of the tag it saved last, which it writes when all of it is there. */
async function latestOf(folder: string, role: string): Promise<number> {
  const path = join(folder, role, "latest");
  if (!existsSync(path)) return 0;
  return Number(/^global_step(\d+)\s*$/.exec(await readFile(path, "utf8"))?.[1] ?? 0);
}
