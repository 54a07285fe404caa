import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { childController } from "./abort.ts";
import type { Reservation } from "./budget.ts";
import { type CallResult, generate, generateStreamed } from "./call.ts";
import { type Sample, tailOf } from "./compact.ts";
import { inlineReasoningOf, reasoningSplitter } from "./inline-reasoning.ts";
import { watchProgress } from "./progress.ts";
import { redact } from "./redact.ts";
import { modelOf, type Place, type Run, record, seedOf } from "./run.ts";
import { reasoningOf, type Trajectory, textOf } from "./trajectory.ts";
import { estimateTokens, NO_USAGE, readUsage } from "./usage.ts";

/** What every call of a round sends. */
export interface RoundInput {
  round: number;
  /** The round of one that gives the answer. */
  final: boolean;
  prompt: LanguageModelV4Prompt;
  promptTokens: number;
}

/** A call took longer than `callTimeoutMs`. */
class CallTimeoutError extends Error {
  override name = "CallTimeoutError";
  constructor(ms: number) {
    super(`No answer within ${ms} ms.`);
  }
}

export interface Attempted {
  trajectory: Trajectory;
  /** What was thrown, if it failed: it decides on a retry. */
  error?: unknown;
}

interface AttemptOptions {
  attempt: number;
  hedge: boolean;
  signal: AbortSignal;
  /** The call begins: it has its slot and its reservation. */
  onStart?: (() => void) | undefined;
}

/**
 * One call for one place: wait for a slot, reserve its cost, call, compact, book.
 * @returns undefined if the budget cannot pay for it.
 * @throws the signal's reason, if it aborts before the call starts.
 */
export async function attemptCall(
  run: Run,
  input: RoundInput,
  place: Place,
  { attempt, hedge, signal, onStart }: AttemptOptions,
): Promise<Attempted | undefined> {
  const release = await run.slots.acquire(signal);
  try {
    const reservation = input.final
      ? run.budget.reserveSynthesis(input.promptTokens)
      : await run.budget.reserve(input.promptTokens, signal);
    if (!reservation) return undefined;
    run.emit({ type: "trajectory-start", ...place, attempt, hedge });
    onStart?.();
    const attempted = await pay(run, input, place, { attempt, signal, reservation });
    run.budget.settle(reservation, attempted.trajectory.usage);
    await record(run, attempted.trajectory);
    return attempted;
  } finally {
    release();
  }
}

interface Paid {
  attempt: number;
  signal: AbortSignal;
  reservation: Reservation;
}

/** Make the call; whatever happens becomes a trajectory. */
async function pay(
  run: Run,
  input: RoundInput,
  place: Place,
  { attempt, signal, reservation }: Paid,
): Promise<Attempted> {
  const { callTimeoutMs } = run.settings;
  const child = childController([signal]);
  const timeout =
    callTimeoutMs &&
    setTimeout(() => child.controller.abort(new CallTimeoutError(callTimeoutMs)), callTimeoutMs);
  const progress = trackProgress(run, place, attempt, child.signal);
  const model = modelOf(run, place.round);
  const startedAt = Date.now();
  const base = { ...place, attempt, modelId: model.modelId, startedAt };
  try {
    const options = {
      ...callOptions(run, input, place, { attempt, cap: reservation.cap }),
      abortSignal: child.signal,
    };
    const result =
      input.final && run.settings.stream
        ? await generateStreamed(model, options, streamTo(run, place, attempt))
        : await generate(model, options);
    return {
      trajectory: { ...base, ...(await conclude(run, input, result)), durationMs: Date.now() - startedAt },
    };
  } catch (thrown) {
    const cancelled = signal.aborted;
    // A model may answer an abort with an error of its own; why we aborted is what counts.
    const error = child.signal.aborted ? child.signal.reason : thrown;
    const usage = { ...NO_USAGE, text: progress.tokens, output: progress.tokens, estimated: true };
    // A call refused outright has not read its prompt either.
    if (progress.tokens > 0) usage.input = input.promptTokens;
    const trajectory: Trajectory = {
      ...base,
      outcome: cancelled ? "cancelled" : "failed",
      content: [],
      message: null,
      finishReason: { unified: cancelled ? "other" : "error", raw: undefined },
      usage,
      durationMs: Date.now() - startedAt,
      error: redact(messageOf(error)),
    };
    return { trajectory, error };
  } finally {
    clearTimeout(timeout);
    child.release();
  }
}

function callOptions(
  run: Run,
  { prompt, final }: RoundInput,
  place: Place,
  { attempt, cap }: { attempt: number; cap: number | undefined },
): LanguageModelV4CallOptions {
  const { call, settings, seeded } = run;
  const { tools, toolChoice, responseFormat, seed: _, ...rest } = call;
  return {
    ...rest,
    prompt,
    ...(cap !== undefined && { maxOutputTokens: Math.min(cap, call.maxOutputTokens ?? cap) }),
    ...(seeded && { seed: seedOf(run, place, attempt) }),
    ...(settings.sampling === "paper" && { temperature: call.temperature ?? 1, topP: call.topP ?? 1 }),
    ...((final || settings.hidden.tools) && tools && { tools, ...(toolChoice && { toolChoice }) }),
    ...((final || settings.hidden.responseFormat) && responseFormat && { responseFormat }),
  };
}

/** Compact what a call returned. */
async function conclude(run: Run, { final, promptTokens }: RoundInput, result: CallResult) {
  const { content, finishReason, usage, warnings } = result;
  for (const warning of warnings) {
    const known = JSON.stringify(warning);
    if (!run.warnings.some((w) => JSON.stringify(w) === known)) run.warnings.push(warning);
  }
  const sample: Sample = { content, truncated: finishReason.unified === "length" };
  const conclusion = await run.settings.compact(sample);
  const keepTail = conclusion === null && !final && run.settings.onCutOff === "keep-tail";
  if (conclusion !== null) run.habit = inlineReasoningOf(textOf(content));
  return {
    content,
    finishReason,
    outcome: conclusion === null ? ("cut-off" as const) : ("finished" as const),
    message: keepTail ? tailOf(sample, run.settings.tailCharacters) : conclusion,
    usage: readUsage(usage, {
      inputTokens: promptTokens,
      reasoningTokens: estimateTokens(reasoningOf(content)),
      textTokens: estimateTokens(textOf(content)),
    }),
  };
}

function streamTo(run: Run, place: Place, attempt: number) {
  return reasoningSplitter(
    (part) => run.emit({ type: "trajectory-delta", ...place, attempt, part }),
    run.habit,
  );
}

/** Follow a call's tokens, for whoever watches and for what it is charged if it does not end. */
function trackProgress(run: Run, place: Place, attempt: number, signal: AbortSignal) {
  const { progressIntervalMs } = run.settings;
  const progress = { tokens: 0 };
  let shownAt = 0;
  watchProgress(signal, ({ tokens }) => {
    progress.tokens = tokens;
    if (progressIntervalMs === undefined) return;
    const now = Date.now();
    if (now - shownAt < progressIntervalMs) return;
    shownAt = now;
    run.emit({ type: "trajectory-progress", ...place, attempt, tokens });
  });
  return progress;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
