import { existsSync } from "node:fs";
import { parseRecipe, RECIPES, type Recipe } from "../train/recipe.ts";
import { InputError } from "./input-error.ts";
import { readText } from "./read-file.ts";

/** A recipe, and its section about machines as it stands there: not every engine has any. */
export interface RecipeFile {
  recipe: Recipe;
  cluster: Record<string, unknown>;
}

/**
 * The recipe that an argument names: a preset, or a YAML file; with `--set field=value` on top, for machines
 * `--set cluster.nodes=2`.
 * @throws {InputError} {@link RecipeError} that names the field.
 */
export async function readRecipe(name: string, settings: readonly string[]): Promise<RecipeFile> {
  const { parse } = await import("yaml");
  const { cluster, ...fields }: Record<string, unknown> =
    RECIPES[name] && !existsSync(name) ? { extends: name } : await readFields(name, parse);
  const machines: Record<string, unknown> = { ...(cluster as object | undefined) };
  const overrides: Record<string, unknown> = {};
  for (const [field, value] of settings.map((setting) => readSetting(setting, parse)))
    if (field.startsWith(CLUSTER)) machines[field.slice(CLUSTER.length)] = value;
    else overrides[field] = value;
  return { recipe: parseRecipe({ ...fields, ...overrides }), cluster: machines };
}

const CLUSTER = "cluster.";

async function readFields(name: string, parse: (text: string) => unknown): Promise<Record<string, unknown>> {
  const text = await readText(name, "recipe");
  let fields: unknown;
  try {
    fields = parse(text);
  } catch (error) {
    throw new InputError(`${name} is not YAML: ${(error as Error).message}`);
  }
  if (typeof fields !== "object" || fields === null || Array.isArray(fields))
    throw new InputError(`${name} is no recipe; begin with a line such as "extends: lab".`);
  return { ...fields };
}

function readSetting(setting: string, parse: (text: string) => unknown): [string, unknown] {
  const at = setting.indexOf("=");
  if (at < 1) throw new InputError(`--set: "${setting}" is not field=value, such as kl=0.`);
  return [setting.slice(0, at).trim(), parse(setting.slice(at + 1))];
}
