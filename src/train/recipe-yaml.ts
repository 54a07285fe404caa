import { RECIPE_SOURCES, type Recipe } from "./recipe.ts";

/** A recipe as a YAML file, every field with where its default comes from. */
export function recipeYaml(recipe: Recipe): string {
  const fields = Object.keys(RECIPE_SOURCES) as (keyof Recipe)[];
  const lines = fields.flatMap((field) => {
    const value = recipe[field];
    return value === undefined
      ? []
      : [[`${field}: ${JSON.stringify(value)}`, RECIPE_SOURCES[field]] as const];
  });
  const width = Math.max(...lines.map(([line]) => line.length));
  return lines.map(([line, source]) => `${line.padEnd(width)}  # ${source}\n`).join("");
}
