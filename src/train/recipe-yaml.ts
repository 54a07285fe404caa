import { PAPER_RECIPE, RECIPE_SOURCES, type Recipe } from "./recipe.ts";

/** A recipe as a YAML file: every field with where its value comes from, or what it differs from. */
export function recipeYaml(recipe: Recipe): string {
  const fields = Object.keys(RECIPE_SOURCES) as (keyof Recipe)[];
  return sourcedYaml(recipe, fields, (field) => sourceOf(field, recipe[field]));
}

/** Fields that have a value, a line each, with a comment beside. */
export function sourcedYaml<T extends object>(
  values: T,
  fields: readonly (keyof T & string)[],
  source: (field: keyof T & string) => string,
): string {
  const lines = fields.flatMap((field) => {
    const value = values[field];
    return value === undefined ? [] : [[`${field}: ${JSON.stringify(value)}`, source(field)] as const];
  });
  if (lines.length === 0) return "";
  const width = Math.max(...lines.map(([line]) => line.length));
  return lines.map(([line, source]) => `${line.padEnd(width)}  # ${source}\n`).join("");
}

function sourceOf(field: keyof Recipe, value: Recipe[keyof Recipe]): string {
  const paper = PAPER_RECIPE[field];
  if (paper === value || paper === undefined || field === "name") return RECIPE_SOURCES[field];
  return `its own; the recipe "paper" has ${JSON.stringify(paper)} (${RECIPE_SOURCES[field]})`;
}
