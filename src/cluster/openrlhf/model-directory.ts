import { copyFile, link, mkdir, readdir, readFile, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../embedded/atomic-file.ts";
import { InvalidOptionError } from "../../errors.ts";
import { type YarnOptions, yarnConfig } from "./yarn-config.ts";

const CONFIG = "config.json";

export interface ModelDirectoryPlan {
  from: string;
  to: string;
  /** Linked, not copied, where both are on one file system: training never writes to them. */
  files: readonly string[];
  config: { before: string; after: string };
}

/**
 * What {@link writeModelDirectory} would do.
 * @throws {InvalidOptionError} if `from` is no model of Hugging Face's kind, or cannot be stretched.
 */
export async function planModelDirectory(
  from: string,
  to: string,
  yarn: YarnOptions,
): Promise<ModelDirectoryPlan> {
  const before = await readConfig(from);
  const after = yarnConfig(JSON.parse(before), yarn);
  const files = (await readdir(from, { withFileTypes: true }))
    .filter((entry) => !entry.isDirectory() && entry.name !== CONFIG)
    .map(({ name }) => name)
    .sort();
  if (!files.some((name) => /\.(safetensors|bin)$/.test(name)))
    throw new InvalidOptionError("start", `${from} has no weights (*.safetensors).`);
  return { from, to, files, config: { before, after: `${JSON.stringify(after, null, 2)}\n` } };
}

/** The model that a stage begins with: the files of `from`, with its own `config.json`. Doing it again changes nothing. */
export async function writeModelDirectory({ from, to, files, config }: ModelDirectoryPlan): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of files) await linkOrCopy(join(from, name), join(to, name));
  await writeAtomically(join(to, CONFIG), config.after);
}

async function readConfig(directory: string): Promise<string> {
  try {
    return await readFile(join(directory, CONFIG), "utf8");
  } catch (cause) {
    throw new InvalidOptionError(
      "start",
      `${directory} has no config.json; name a model directory, as \`hf download Qwen/Qwen3-8B --local-dir DIR\` makes one.`,
      { cause },
    );
  }
}

/** Hugging Face's cache holds links: what they point to is linked. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  const target = await realpath(from);
  await rm(to, { force: true });
  try {
    await link(target, to);
  } catch {
    await copyFile(target, to);
  }
}
