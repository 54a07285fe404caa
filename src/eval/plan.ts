import { createHash } from "node:crypto";
import type { Problem } from "../data/problem.ts";
import { InvalidOptionError } from "../errors.ts";
import type { EvaluateOptions, EvaluationPlan } from "./evaluate.ts";
import { callsOf, type Method } from "./method.ts";
import { MOST_SAMPLES } from "./metrics/majority.ts";
import type { EvaluationStore } from "./store.ts";
import { SAMPLE, type Unit } from "./trial.ts";

/** Plain samples a problem needs: the pool, else as many as the largest method takes for all its repetitions. */
export function samplesOf({ methods, samples, pool }: EvaluationPlan): number {
  if (pool !== undefined) return pool;
  const needs = methods.map((method) => (method.kind === "coordinated" ? 0 : drawnBy(method) * samples));
  return Math.max(0, ...needs);
}

/** Samples that one repetition of a method draws. */
export function drawnBy(method: Method): number {
  switch (method.kind) {
    case "single":
      return 1;
    case "vote":
    case "plurality":
      return method.count;
    case "coordinated":
      return method.widths[0] ?? 0;
    default:
      return method satisfies never;
  }
}

/** Every unit of one problem. Singles and votes have none of their own: they are counted from the samples. */
export function plannedUnits(plan: EvaluationPlan, problem: number): Unit[] {
  const { methods, samples } = plan;
  const units = (method: string, count: number) =>
    Array.from({ length: count }, (_, repetition) => ({ problem, method, repetition }));
  const own = methods.filter(({ kind }) => kind === "coordinated" || kind === "plurality");
  return [...units(SAMPLE, samplesOf(plan)), ...own.flatMap(({ key }) => units(key, samples))];
}

/** What must be the same when a store is used again. */
function settingsOf({ model, modelName = model.modelId, seed, pool, call, coordinate }: EvaluateOptions) {
  const { temperature, topP, maxOutputTokens } = call ?? {};
  const { contextWindow, contextPolicy, onCutOff, sampling } = coordinate ?? {};
  const asked = { temperature, topP, maxOutputTokens, contextWindow, contextPolicy, onCutOff, sampling };
  const text = Object.entries({ model: modelName, seed, pool, ...asked }).map(([key, value]) => [
    key,
    `${value ?? "default"}`,
  ]);
  return Object.fromEntries(text) as Record<string, string>;
}

/** The model that a store's trajectories are from. */
export function modelNameIn(store: EvaluationStore): string | undefined {
  return store.fact<Record<string, string>>("settings")?.model;
}

/** Of what a problem asks and of its answer: the same id must mean the same problem. */
export function digestOf({ prompt, answer, kind }: Problem): string {
  return createHash("sha256")
    .update(JSON.stringify([prompt, answer ?? null, kind]))
    .digest("hex");
}

/**
 * Refuse what cannot work, or would mix two evaluations in one store.
 * @returns The number of each problem in the store.
 */
export async function checkPlan(
  problems: readonly Problem[],
  options: EvaluateOptions,
): Promise<Map<string, number>> {
  if (problems.length === 0) throw new InvalidOptionError("data", "has no problem that can be used.");
  checkMethods(options);
  const { store } = options;
  const settings = settingsOf(options);
  const before = store.fact<Record<string, string>>("settings");
  const changed = before ? Object.keys(settings).filter((key) => before[key] !== settings[key]) : [];
  if (before && changed.length > 0) {
    const list = changed.map((key) => `${key} was ${before[key]}, now ${settings[key]}`).join("; ");
    throw new InvalidOptionError(
      "out",
      `${store.path} holds an evaluation with other settings (${list}); use another folder.`,
    );
  }
  const known = store.problems();
  const digests = problems.map((problem) => ({ id: problem.id, digest: digestOf(problem) }));
  const differs = digests.find(({ id, digest }) => known.has(id) && known.get(id)?.digest !== digest);
  if (differs) {
    throw new InvalidOptionError(
      "out",
      `${store.path} knows another problem as ${differs.id}; use another folder.`,
    );
  }
  await store.putFact("settings", settings);
  return store.numberProblems(digests);
}

function checkMethods({ methods, samples, pool }: EvaluationPlan): void {
  if (methods.length === 0)
    throw new InvalidOptionError("widths", "no method is named; use --widths, --single, --self-consistency.");
  if (!Number.isInteger(samples) || samples < 1)
    throw new InvalidOptionError("samples", "is not a positive integer.");
  const widest = methods.reduce((a, b) => (drawnBy(b) > drawnBy(a) ? b : a));
  if (pool !== undefined && drawnBy(widest) > pool) {
    throw new InvalidOptionError(
      "pool",
      `${pool} trajectories are too few for ${widest.key}; raise it to ${drawnBy(widest)} or more.`,
    );
  }
  const plain = samplesOf({ methods, samples, pool, seed: 0 });
  if (plain > MOST_SAMPLES) {
    throw new InvalidOptionError(
      "samples",
      `would take ${plain} plain samples a problem (at most ${MOST_SAMPLES}); lower it, or use --pool.`,
    );
  }
}

/** Calls that a unit makes: a first round from the pool makes none, nor does a combination by hand. */
export function callsOfUnit({ methods, pool }: EvaluationPlan, key: string): number {
  if (key === SAMPLE) return 1;
  const method = methods.find((one) => one.key === key);
  if (method?.kind !== "coordinated") return 0;
  return callsOf(method) - (pool === undefined ? 0 : (method.widths[0] ?? 0));
}
