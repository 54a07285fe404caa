import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseRecipe, RECIPES, type Recipe } from "./recipe.ts";
import { recipeYaml } from "./recipe-yaml.ts";

const file = (name: string) => readFile(new URL(`../../recipes/${name}.yaml`, import.meta.url), "utf8");

test.each(Object.keys(RECIPES))(
  "the file of %s is its preset, to the byte, and reads back as it",
  async (name) => {
    const preset = RECIPES[name] as Recipe;
    expect(await file(name)).toBe(recipeYaml(preset));
    expect(parseRecipe(parse(await file(name)))).toEqual(preset);
  },
);

test("every line names where its value comes from", async () => {
  for (const line of (await file("paper")).trimEnd().split("\n")) expect(line).toMatch(/^\w+: \S+ +# \S/);
});
