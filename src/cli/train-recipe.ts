import { existsSync } from "node:fs";
import { parseRecipe, RECIPES, type Recipe } from "../train/recipe.ts";
import { InputError } from "./input-error.ts";
import { readText } from "./read-file.ts";

/**
 * The recipe that an argument names: a preset, or a YAML file; with `--set field=value` on top.
 * @throws {InputError} {@link RecipeError} that names the field.
 */
export async function readRecipe(name: string, settings: readonly string[]): Promise<Recipe> {
  const { parse } = await import("yaml");
  const overrides = Object.fromEntries(settings.map((setting) => readSetting(setting, parse)));
  if (RECIPES[name] && !existsSync(name)) return parseRecipe({ extends: name, ...overrides });
  const text = await readText(name, "recipe");
  let fields: unknown;
  try {
    fields = parse(text);
  } catch (error) {
    throw new InputError(`${name} is not YAML: ${(error as Error).message}`);
  }
  if (typeof fields !== "object" || fields === null || Array.isArray(fields))
    throw new InputError(`${name} is no recipe; begin with a line such as "extends: lab".`);
  return parseRecipe({ ...fields, ...overrides });
}

function readSetting(setting: string, parse: (text: string) => unknown): [string, unknown] {
  const at = setting.indexOf("=");
  if (at < 1) throw new InputError(`--set: "${setting}" is not field=value, such as kl=0.`);
  return [setting.slice(0, at).trim(), parse(setting.slice(at + 1))];
}
