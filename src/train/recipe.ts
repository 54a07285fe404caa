import { z } from "zod";
import { InvalidOptionError } from "../errors.ts";

const fraction = z.number().min(0).max(1);
const count = z.int().min(0);
const positive = z.number().positive();

/**
 * Everything that decides a training run, flat; `RECIPE_SOURCES` says where each default comes from. Lengths are in
 * tokens, rates per step.
 */
export const recipeSchema = z.strictObject({
  name: z.string().min(1),
  seed: z.int().min(0).default(0),

  /** Model directory of the initial policy; absent: the start policy that ships. */
  start: z.string().optional(),
  /** Pool file of verified messages (`pacore pool build`). */
  pool: z.string().optional(),

  instances: z.int().min(1).default(16),
  responses: z.int().min(1).default(64),
  messagesMin: z.int().min(1).default(16),
  messagesMax: z.int().min(1).default(24),
  maxResponseTokens: z.int().min(2).default(131_072),
  temperature: z.literal(1).default(1),
  topP: z.literal(1).default(1),
  /** Reward of a response that met the length limit; `"scored"` judges what it has. */
  cutOffReward: z.union([fraction, z.literal("scored")]).default(0),

  stage1Iterations: count.default(250),
  stage2Iterations: count.default(450),
  /**
   * Stage 1 keeps problems whose mean message accuracy lies above and below these (§3.1). A negative `stage1Above` keeps
   * problems that no message gets right, a departure from the paper.
   */
  stage1Above: z.number().min(-1).max(1).default(0),
  stage1Below: fraction.default(9 / 24),
  stage1BelowCode: fraction.default(15 / 24),
  /** Syntheses of each problem that stage 2's filter measures it by. */
  stage2Samples: z.int().min(2).default(8),

  gamma: fraction.default(1),
  lambda: fraction.default(1),
  clip: positive.default(0.2),
  valueClip: positive.nullable().default(0.2),
  normaliseAdvantages: z.boolean().default(true),
  policyLearningRate: positive.default(1e-6),
  valueLearningRate: positive.default(5e-6),
  warmupIterations: count.default(50),
  /** The policy's rate falls linearly to a tenth over the last this-many iterations of a stage; 0: constant. */
  decayIterations: count.default(0),
  adamBeta1: fraction.default(0.9),
  adamBeta2: fraction.default(0.95),
  adamEpsilon: positive.default(1e-8),
  weightDecay: z.number().min(0).default(0),
  maxGradientNorm: positive.default(1),
  criticSteps: z.int().min(1).default(1),
  /** Iterations at the start of a run in which only the critic learns. */
  criticWarmupIterations: count.default(0),
  entropyBonus: z.number().min(0).default(0),

  /** Weight of KL(π ‖ π_start) on prompts with references. */
  kl: z.number().min(0).default(0),
  /** Of `instances`, how many have no references: the first round's own prompt. A departure from the paper. */
  soloInstances: count.default(0),
  /** Weight of KL(π ‖ π_start) on prompts without references. */
  soloKl: z.number().min(0).default(0),
  /** Draw messages from the current policy instead of the cached pool. A departure from the paper's main run. */
  onlinePool: z.boolean().default(false),

  checkpointEvery: z.int().min(1).default(10),
  evaluateEvery: count.default(25),
  evaluationProblems: z.int().min(1).default(64),
  /** Data set of problems to evaluate on, none of them in the pool. */
  heldOut: z.string().optional(),
});

export type Recipe = z.infer<typeof recipeSchema>;

const PAPER = "PaCoRe §2.2, §3.1";
const LINEAGE = "Open-Reasoner-Zero; the paper does not state it for this stage";
const OURS = "ours: the paper does not say";
const DEPARTURE = "a departure from the paper";

/** Where every hyper-parameter's default comes from. */
export const RECIPE_SOURCES: Record<keyof Recipe, string> = {
  name: OURS,
  seed: OURS,
  start: OURS,
  pool: "PaCoRe §3.1: 24 messages a problem, generated once by the initial model",
  instances: PAPER,
  responses: PAPER,
  messagesMin: PAPER,
  messagesMax: PAPER,
  maxResponseTokens: PAPER,
  temperature: PAPER,
  topP: PAPER,
  cutOffReward: LINEAGE,
  stage1Iterations: PAPER,
  stage2Iterations: PAPER,
  stage1Above: PAPER,
  stage1Below: PAPER,
  stage1BelowCode: PAPER,
  stage2Samples: OURS,
  gamma: PAPER,
  lambda: PAPER,
  clip: LINEAGE,
  valueClip: LINEAGE,
  normaliseAdvantages: LINEAGE,
  policyLearningRate: LINEAGE,
  valueLearningRate: LINEAGE,
  warmupIterations: LINEAGE,
  decayIterations: "constant after warm-up, as Open-Reasoner-Zero",
  adamBeta1: LINEAGE,
  adamBeta2: LINEAGE,
  adamEpsilon: "AdamW's own default",
  weightDecay: LINEAGE,
  maxGradientNorm: LINEAGE,
  criticSteps: "Open-Reasoner-Zero takes several; one here",
  criticWarmupIterations: OURS,
  entropyBonus: `${LINEAGE}: none`,
  kl: `${LINEAGE}: none`,
  soloInstances: DEPARTURE,
  soloKl: DEPARTURE,
  onlinePool: DEPARTURE,
  checkpointEvery: OURS,
  evaluateEvery: OURS,
  evaluationProblems: OURS,
  heldOut: OURS,
};

/** The paper's numbers, and the lineage's where it is silent. */
export const PAPER_RECIPE: Recipe = recipeSchema.parse({ name: "paper" });

/**
 * The paper's algorithm on the embedded model: rates for half a million parameters, sixteen responses instead of
 * sixty-four, fewer iterations. Departures: what keeps the first round alive (four of sixteen prompts without
 * references, held to the start policy), a little KL beside, few messages as well as many, and problems that no message
 * gets right, for in this domain their messages hold the answer all the same.
 */
export const LAB_RECIPE: Recipe = recipeSchema.parse({
  name: "lab",
  responses: 16,
  messagesMin: 2,
  messagesMax: 16,
  maxResponseTokens: 64,
  stage1Iterations: 60,
  stage2Iterations: 50,
  stage1Above: -1,
  policyLearningRate: 2e-4,
  valueLearningRate: 1e-3,
  warmupIterations: 5,
  decayIterations: 20,
  soloInstances: 4,
  soloKl: 1,
  kl: 0.1,
  heldOut: "worklist:64:4242",
});

export const RECIPES: Readonly<Record<string, Recipe>> = { paper: PAPER_RECIPE, lab: LAB_RECIPE };

/** A recipe that cannot be used; the message begins with the field at fault. */
export class RecipeError extends InvalidOptionError {
  override name = "RecipeError";
}

/**
 * Check a recipe as it was read from YAML or JSON. `extends` names a preset whose values it starts from.
 * @throws {RecipeError} that names the field.
 */
export function parseRecipe(value: unknown): Recipe {
  const { extends: base = "paper", ...fields } = (value ?? {}) as { extends?: string };
  const preset = Object.hasOwn(RECIPES, base) ? RECIPES[base] : undefined;
  if (!preset)
    throw new RecipeError(
      "extends",
      `there is no recipe "${base}"; use ${Object.keys(RECIPES).join(" or ")}.`,
    );
  const parsed = recipeSchema.safeParse({ ...preset, ...fields });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RecipeError(issue?.path.join(".") || "recipe", issue?.message ?? "it cannot be read");
  }
  return checked(parsed.data);
}

function checked(recipe: Recipe): Recipe {
  if (recipe.messagesMin > recipe.messagesMax)
    throw new RecipeError(
      "messagesMin",
      `${recipe.messagesMin} is more than messagesMax, ${recipe.messagesMax}.`,
    );
  if (recipe.soloInstances >= recipe.instances)
    throw new RecipeError(
      "soloInstances",
      `leave some of the ${recipe.instances} instances their references.`,
    );
  return recipe;
}

/**
 * The rates of an iteration, counted from 1: linear warm-up at the start of the run, then constant; the policy's has an
 * optional linear decay at the end of a stage. Stage 2 goes on with the moments of stage 1 and needs no other warm-up.
 */
export function scheduledRates(
  recipe: Recipe,
  { iteration, stageIteration, of }: { iteration: number; stageIteration: number; of: number },
): { policy: number; value: number } {
  const { warmupIterations, decayIterations, policyLearningRate, valueLearningRate } = recipe;
  const warm = warmupIterations > 0 ? Math.min(1, iteration / warmupIterations) : 1;
  const into =
    decayIterations > 0 ? Math.max(0, stageIteration - (of - decayIterations)) / decayIterations : 0;
  const scale = warm * (1 - 0.9 * Math.min(1, into));
  return { policy: policyLearningRate * scale, value: valueLearningRate * warm };
}
