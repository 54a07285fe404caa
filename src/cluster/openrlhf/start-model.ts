import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { stagePaths } from "./stage-paths.ts";

export interface StartModel {
  actor: string;
  /** The policy's own directory where there is no critic yet: OpenRLHF then makes a new head. */
  critic: string;
  /** Of a stage before, whose positions are stretched already. */
  trained: boolean;
}

/** What a stage, or a server, begins with: a stage's folder has policy and critic, a model directory is both. */
export function startModel(checkpoint: string): StartModel {
  const { model, critic } = stagePaths(checkpoint);
  if (existsSync(join(model, "config.json"))) return { actor: model, critic, trained: true };
  const directory = resolve(checkpoint);
  return { actor: directory, critic: directory, trained: false };
}
