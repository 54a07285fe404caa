import { createHash } from "node:crypto";
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { parseWidths, type Widths } from "../core/effort.ts";
import type { RunHeader } from "../core/journal.ts";
import type { CoordinateOptions } from "../core/options.ts";
import { modelReference, withoutSecrets } from "./model-reference.ts";
import { readText } from "./read-file.ts";
import { type Problem, readProblem } from "./read-problem.ts";
import type { SolveFlags } from "./solve-flags.ts";

/** Options that decide what is asked: a resumed run must have the same. */
export interface PlanSettings
  extends Pick<
    CoordinateOptions,
    | "seed"
    | "sampling"
    | "onCutOff"
    | "minMessages"
    | "quorum"
    | "adaptive"
    | "contextWindow"
    | "contextPolicy"
  > {
  /** A Jinja source. */
  template?: string;
  explorerModel?: string;
}

/** What a run asks, as plain data: enough to ask it again. */
export interface SolvePlan {
  model: string;
  widths: Widths;
  call: LanguageModelV4CallOptions;
  settings: PlanSettings;
  sample?: Problem["sample"];
}

/** @throws {InputError} on a problem, a file or a combination that cannot be used. */
export async function planOf(
  argument: string | undefined,
  flags: SolveFlags,
  stdin: NodeJS.ReadStream,
): Promise<SolvePlan> {
  const model = modelReference(flags);
  const widths = parseWidths(
    flags.widths ?? flags.effort ?? (flags.sample === undefined ? "low" : "high"),
    "--widths",
  );
  const template = flags.template === undefined ? undefined : await readTemplate(flags.template);
  const { prompt, sample } = await readProblem(argument, flags, stdin);
  const explorerModel = flags.explorerModel && withoutSecrets(flags.explorerModel, "--explorer-model");
  const { onCutOff, minMessages, quorum, contextWindow, contextPolicy, sampling } = flags;
  const seed = flags.seed ?? sample?.seed;
  const adaptive = flags.adaptive === undefined ? undefined : adaptiveOf(flags.adaptive);
  const settings = { seed, sampling, onCutOff, minMessages, quorum, adaptive, contextWindow, contextPolicy };
  const call = {
    prompt,
    temperature: flags.temperature,
    topP: flags.topP,
    maxOutputTokens: flags.maxTokens,
  };
  return {
    model,
    widths,
    call: defined(call) as LanguageModelV4CallOptions,
    settings: defined({ ...settings, template, explorerModel }),
    ...(sample && { sample }),
  };
}

/** A file, or the name of the one that the embedded model was taught to combine conclusions with. */
async function readTemplate(template: string): Promise<string> {
  if (template !== "aggregation") return readText(template, "--template");
  return (await import("../embedded/prompts.ts")).AGGREGATION_TEMPLATE;
}

const adaptiveOf = (share: number | true) => (share === true ? {} : { share });

/** Without the keys that have no value: JSON would lose them, and the fingerprint must not change by that. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}

/** For the journal: the plan under a name, with a digest of everything that decides the prompts. */
export function headerOf(runId: string, plan: SolvePlan, limits: Record<string, unknown>): RunHeader {
  const { model, widths, call, settings, sample } = plan;
  return {
    runId,
    createdAt: Date.now(),
    model,
    widths,
    call,
    settings: { ...settings, ...(sample && { sample }), limits },
    fingerprint: fingerprintOf(plan),
  };
}

/** Reads what {@link headerOf} wrote. */
export function planFrom(header: RunHeader): { plan: SolvePlan; limits: Record<string, unknown> } {
  const { model, widths, call, settings } = header;
  const { sample, limits, ...rest } = settings as PlanSettings & {
    sample?: Problem["sample"];
    limits?: Record<string, unknown>;
  };
  const plan = { model, widths, call: call as LanguageModelV4CallOptions, settings: rest };
  return { plan: { ...plan, ...(sample && { sample }) }, limits: limits ?? {} };
}

/** SHA-256 over everything that decides the prompts; not over deadline, budget, concurrency. */
export function fingerprintOf({ model, widths, call, settings }: SolvePlan): string {
  const text = JSON.stringify({ model, widths, call, settings }, sortedKeys);
  return createHash("sha256").update(text).digest("hex");
}

/** The same data, the same text, whatever order its keys were written in. */
function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
