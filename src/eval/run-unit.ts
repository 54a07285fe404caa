import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { RunError } from "../core/errors.ts";
import type { CoordinationEvent } from "../core/events.ts";
import type { Journal } from "../core/journal.ts";
import type { CoordinateOptions } from "../core/options.ts";
import { redact } from "../core/redact.ts";
import type { SolveResult } from "../core/result.ts";
import { solve } from "../core/solve.ts";
import { renderSynthesis } from "../core/synthesis.ts";
import { reasoningOf, type Trajectory, textOf } from "../core/trajectory.ts";
import type { Grade } from "../data/grade.ts";
import { InvalidOptionError } from "../errors.ts";
import { JournalError } from "../journal/errors.ts";
import { templateOf, type Variant, wholeTrajectory } from "./method.ts";
import { crossChecks } from "./metrics/emergence.ts";
import { NO_COST, type Trial } from "./trial.ts";
import { lengthsOf, unitCost } from "./unit-cost.ts";

export interface UnitRun {
  model: LanguageModelV4;
  call: LanguageModelV4CallOptions;
  options: CoordinateOptions;
  variant: Variant;
  journal: Journal;
  grade: (message: string, signal: AbortSignal) => Promise<Grade>;
  signal: AbortSignal;
  /** A round starts. */
  onRound: (round: number) => void;
}

/**
 * Run one unit to its end and grade it. What the model could not do is a wrong answer; what its upstream could
 * not do is a failed trial.
 * @throws the signal's reason; {@link JournalError}: nothing goes on that cannot be stored;
 *   {@link InvalidOptionError}: no unit would fare better.
 */
export async function runUnit(unit: UnitRun): Promise<Trial> {
  const calls = new Map<string, Trajectory>();
  const onEvent = (event: CoordinationEvent) => {
    if (event.type === "round-start") unit.onRound(event.round);
    if (event.type !== "trajectory-end") return;
    const { round, index, attempt } = event.trajectory;
    calls.set(`${round}/${index}/${attempt}`, event.trajectory);
  };
  try {
    const result = await solve(unit.model, unit.call, { ...coordination(unit), onEvent });
    return await graded(unit, result, [...calls.values()]);
  } catch (error) {
    unit.signal.throwIfAborted();
    if (error instanceof JournalError || error instanceof InvalidOptionError) throw error;
    return withoutAnswer(error, [...calls.values()]);
  }
}

function coordination({ options, variant, journal, signal }: UnitRun): CoordinateOptions {
  return {
    ...options,
    journal,
    abortSignal: signal,
    template: templateOf(variant, renderSynthesis),
    ...(variant.compaction === "none" && { compact: wholeTrajectory }),
  };
}

async function graded(unit: UnitRun, result: SolveResult, calls: Trajectory[]): Promise<Trial> {
  const { grade, signal, variant } = unit;
  const read = result.messages.slice(0, variant.messages);
  const final = calls.findLast(({ round, outcome }) => round === lastRound(calls) && outcome === "finished");
  // Without compaction messages are whole trajectories: what follows their reasoning is graded.
  const conclusions = [result.answer, ...read].map(variant.compaction === "none" ? afterReasoning : String);
  const [own, ...references] = await Promise.all(conclusions.map((message) => grade(message, signal)));
  const { value, answer: form, explanation } = own as Grade;
  const cost = { ...unitCost(calls, () => true), wasted: result.receipt.tokens.wasted };
  return {
    status: "done",
    value,
    ...(value === null && { explanation: redact(explanation) }),
    answer: form,
    cutOff: result.answer === "",
    cost,
    lengths: lengthsOf(calls),
    ...(read.length > 0 && {
      references: references.map((reference) => [reference.answer, reference.value]),
      crossChecks: final ? crossChecks(reasoningOf(final.content) + textOf(final.content)) : 0,
    }),
  };
}

const afterReasoning = (message: string) => message.split("</think>").at(-1) as string;

const lastRound = (calls: readonly Trajectory[]) => Math.max(0, ...calls.map(({ round }) => round));

/** A round in which every trajectory was cut off is the model's failure; anything else the upstream's. */
function withoutAnswer(error: unknown, calls: Trajectory[]): Trial {
  const base = {
    answer: "",
    cost: { ...NO_COST, ...unitCost(calls, () => false) },
    lengths: lengthsOf(calls),
  };
  const cutOff =
    calls.length > 0 && calls.every(({ outcome }) => outcome === "cut-off" || outcome === "finished");
  if (error instanceof RunError && cutOff) return { ...base, status: "done", value: 0, cutOff: true };
  const reason = redact(error instanceof Error ? error.message : String(error));
  return { ...base, status: "failed", error: reason, value: null, cutOff: false };
}
