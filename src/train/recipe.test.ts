import { expect, test } from "vitest";
import {
  LAB_RECIPE,
  PAPER_RECIPE,
  parseRecipe,
  RECIPE_SOURCES,
  RECIPES,
  RecipeError,
  recipeSchema,
  scheduledRates,
} from "./recipe.ts";

test("the preset paper has the paper's numbers (§2.2, §3.1)", () => {
  expect(PAPER_RECIPE).toMatchObject({
    instances: 16,
    responses: 64,
    messagesMin: 16,
    messagesMax: 24,
    maxResponseTokens: 131_072,
    temperature: 1,
    topP: 1,
    gamma: 1,
    lambda: 1,
    stage1Iterations: 250,
    stage2Iterations: 450,
    stage1Above: 0,
    stage1Below: 9 / 24,
    stage1BelowCode: 15 / 24,
    onlinePool: false,
    soloInstances: 0,
  });
});

test("where the paper is silent it has the lineage's (Open-Reasoner-Zero)", () => {
  expect(PAPER_RECIPE).toMatchObject({
    policyLearningRate: 1e-6,
    valueLearningRate: 5e-6,
    warmupIterations: 50,
    decayIterations: 0,
    adamBeta1: 0.9,
    adamBeta2: 0.95,
    weightDecay: 0,
    maxGradientNorm: 1,
    clip: 0.2,
    valueClip: 0.2,
    kl: 0,
    soloKl: 0,
    entropyBonus: 0,
    normaliseAdvantages: true,
    cutOffReward: 0,
  });
});

test("every field says where its default comes from; what departs from the paper is named so", () => {
  expect(Object.keys(RECIPE_SOURCES).sort()).toEqual(Object.keys(recipeSchema.shape).sort());
  for (const source of Object.values(RECIPE_SOURCES)) expect(source).not.toBe("");
  for (const field of ["soloInstances", "soloKl", "onlinePool"] as const)
    expect(RECIPE_SOURCES[field]).toContain("departure");
});

test("a recipe is the paper's but for the fields it names; another preset is named by extends", () => {
  expect(parseRecipe({ name: "mine", responses: 8 })).toEqual({
    ...PAPER_RECIPE,
    name: "mine",
    responses: 8,
  });
  expect(parseRecipe({ extends: "lab", seed: 3 })).toEqual({ ...LAB_RECIPE, seed: 3 });
  expect(parseRecipe(null)).toEqual(PAPER_RECIPE);
  for (const [name, preset] of Object.entries(RECIPES))
    expect(parseRecipe({ extends: name })).toEqual(preset);
});

test.each([
  ["a name that no field has", { learningRate: 1 }, /learningRate/],
  ["a fraction above 1", { gamma: 1.5 }, /^gamma: /],
  ["a number of iterations that is none", { stage1Iterations: -1 }, /^stage1Iterations: /],
  ["half a response", { responses: 2.5 }, /^responses: /],
  ["text where a number belongs", { clip: "0.2" }, /^clip: /],
  ["another temperature", { temperature: 0.7 }, /^temperature: /],
  ["a cut-off reward that is neither", { cutOffReward: "maybe" }, /^cutOffReward: /],
  [
    "a range that ends before it begins",
    { messagesMin: 30 },
    /^messagesMin: 30 is more than messagesMax, 24/,
  ],
  ["no instance with references", { soloInstances: 16 }, /^soloInstances: leave some of the 16/],
  ["an unknown preset", { extends: "huge" }, /^extends: there is no recipe "huge"; use paper or lab/],
  ["a preset's name that every object has", { extends: "toString" }, /^extends: /],
])("%s is refused by name", (_, fields, message) => {
  expect(() => parseRecipe(fields)).toThrow(RecipeError);
  expect(() => parseRecipe(fields)).toThrow(message);
});

test("rates rise linearly to their value over the run's warm-up, then stay, in stage 2 too", () => {
  const recipe = parseRecipe({ warmupIterations: 4, policyLearningRate: 1, valueLearningRate: 8 });
  const rates = [1, 2, 3, 4, 5, 100].map((iteration) =>
    scheduledRates(recipe, { iteration, stageIteration: iteration > 4 ? 1 : iteration, of: 100 }),
  );
  expect(rates.map(({ policy }) => policy)).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
  expect(rates.map(({ value }) => value)).toEqual([2, 4, 6, 8, 8, 8]);
  const at = { iteration: 1, stageIteration: 1, of: 10 };
  expect(scheduledRates({ ...recipe, warmupIterations: 0 }, at)).toEqual({ policy: 1, value: 8 });
});

test("with a decay the policy's rate falls linearly to a tenth at the stage's end", () => {
  const recipe = parseRecipe({ warmupIterations: 0, decayIterations: 10, policyLearningRate: 1 });
  const rateAt = (stageIteration: number) =>
    scheduledRates(recipe, { iteration: 60 + stageIteration, stageIteration, of: 50 }).policy;
  expect(rateAt(1)).toBe(1);
  expect(rateAt(40)).toBe(1);
  expect(rateAt(45)).toBeCloseTo(0.55, 12);
  expect(rateAt(50)).toBeCloseTo(0.1, 12);
});
