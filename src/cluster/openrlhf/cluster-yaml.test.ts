import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseRecipe } from "../../train/recipe.ts";
import { recipeYaml } from "../../train/recipe-yaml.ts";
import { checkOpenRlhfRecipe } from "./check-recipe.ts";
import { parseCluster } from "./cluster-settings.ts";
import { clusterYaml } from "./cluster-yaml.ts";

const file = (name: string) => readFile(new URL(`../../../recipes/${name}.yaml`, import.meta.url), "utf8");

test.each(["pacore-8b", "qwen3-1.7b", "qwen3-0.6b"])(
  "the recipe %s is complete, every value with its source, and fits its machines",
  async (name) => {
    const text = await file(name);
    const { cluster, ...fields } = parse(text);
    const [recipe, machines] = [parseRecipe(fields), parseCluster(cluster)];
    expect(recipe.name).toBe(name);
    expect(() => checkOpenRlhfRecipe(recipe, machines)).not.toThrow();
    expect(recipeYaml(recipe) + clusterYaml(machines)).toBe(text);
  },
);

test("the 8B recipe differs from the paper's in nothing but its name, its model and how often it is saved", async () => {
  const { cluster: _, ...fields } = parse(await file("pacore-8b"));
  const [paper, own] = [parseRecipe({}), parseRecipe(fields)] as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  const different = Object.keys(own).filter(
    (field) => JSON.stringify(own[field]) !== JSON.stringify(paper[field]),
  );
  expect(different).toEqual(["name", "start", "checkpointEvery"]);
});

test.each([
  [{ nodez: 2 }, "cluster: "],
  [{ nodes: 0 }, "cluster.nodes: "],
  [{ slurmLines: [3] }, "cluster.slurmLines.0: "],
  [{ attention: "eager" }, "cluster.attention: "],
])("what is no setting is refused by its name: %j", (value, message) => {
  expect(() => parseCluster(value)).toThrow(message);
});

test.each([
  [{ criticSteps: 2 }, {}, "criticSteps"],
  [{ decayIterations: 5 }, {}, "decayIterations"],
  [{ normaliseAdvantages: false }, {}, "normaliseAdvantages"],
  [{ onlinePool: true }, {}, "onlinePool"],
  [{ soloInstances: 2, soloKl: 1 }, {}, "soloKl"],
  [{}, { ringAttention: 3 }, "cluster.ringAttention"],
  [{}, { ringAttention: 4 }, "cluster.maxTokensPerGpu"],
  [{}, { vllmEngines: 4 }, "cluster.vllmEngines"],
  [{}, { colocate: false, vllmEngines: 4 }, "cluster.nodes"],
  [{}, { nodes: 2 }, "cluster.rewardHost"],
  [{}, { launcher: "slurm" }, "cluster.rewardHost"],
])("what OpenRLHF or the machines cannot do is refused: %j %j", (fields, machines, option) => {
  const recipe = parseRecipe(fields);
  const cluster = parseCluster({ ringAttention: 8, ...machines });
  expect(() => checkOpenRlhfRecipe(recipe, cluster)).toThrow(new RegExp(`^${option}: `));
});
