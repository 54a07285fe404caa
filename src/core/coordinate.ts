import { randomUUID } from "node:crypto";
import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { childController } from "./abort.ts";
import { agreementOf } from "./agreement.ts";
import type { RoundInput } from "./attempt.ts";
import { Channel } from "./channel.ts";
import { fitMessages } from "./context.ts";
import { RunError } from "./errors.ts";
import type { CoordinationEvent } from "./events.ts";
import { explore } from "./explore.ts";
import type { RoundRecord } from "./journal.ts";
import { type CoordinateOptions, readOptions } from "./options.ts";
import { problemOf } from "./prompt-slot.ts";
import type { RoundReceipt } from "./receipt.ts";
import type { SolveResult } from "./result.ts";
import { createRun, inputTokens, promptFor, type Run } from "./run.ts";
import { receiptOf, totalReceipt } from "./run-receipt.ts";
import { synthesise } from "./synthesise.ts";
import type { CompactMessage } from "./trajectory.ts";

/**
 * Parallel coordinated reasoning (§2.1): rounds of K parallel trajectories, each compacted to its
 * conclusion, the conclusions put into the next round's prompt, one last trajectory for the answer.
 *
 * Yields what happens, typed; the last event is `finish` with the result. Leaving the loop early, or
 * aborting `abortSignal`, cancels every call in flight.
 * @throws {InvalidOptionError} {@link ContextOverflowError} {@link BudgetTooSmallError} before anything is
 *   paid; {@link EmptyRoundError} {@link SynthesisError} {@link DeadlineError} with everything that finished.
 */
export async function* coordinate(
  model: LanguageModelV4,
  call: LanguageModelV4CallOptions,
  options: CoordinateOptions = {},
): AsyncGenerator<CoordinationEvent, void, undefined> {
  const settings = readOptions(options);
  const events = new Channel<CoordinationEvent>();
  const { controller, signal, release } = childController([settings.abortSignal, call.abortSignal]);
  const runId = settings.runId ?? randomUUID();
  const run = createRun({ runId, model, call, settings, signal, emit: (event) => events.push(event) });
  const work = answer(run).then(
    () => events.close(),
    (error) => {
      if (error instanceof RunError) Object.assign(error, { runId, trajectories: run.trajectories });
      events.fail(error);
    },
  );
  try {
    yield* events;
  } finally {
    controller.abort(new Error("The run was left before its end."));
    release();
    await work;
  }
}

/** The algorithm. */
async function answer(run: Run): Promise<void> {
  const { widths, journal } = run.settings;
  const startedAt = Date.now();
  run.signal.throwIfAborted();
  const { runId, seed, model } = run;
  const resumed = run.replayed.size > 0;
  run.emit({ type: "run-start", runId, modelId: model.modelId, widths, seed, resumed });
  const known = journal?.result();
  if (known) return run.emit({ type: "finish", result: known });

  // Without a place to put P(x, M) the second round could not be asked: say so before the first is paid.
  if (widths.length > 0) problemOf(run.call.prompt);
  run.budget.holdSynthesis(inputTokens(run, run.call.prompt));
  const receipts: RoundReceipt[] = [];
  let messages: CompactMessage[] = [];
  for (const [i, width] of widths.entries()) {
    if (i > 0 && outOfTime(run, i + 1)) break;
    const { input, notes } = prepare(run, { round: i + 1, width, final: false, messages });
    const { record, receipt } = await exploreOrReplay(run, input, width, notes);
    receipts.push(receipt);
    messages = record.messages;
    if (record.last) break;
  }
  const { result, receipt } = await lastRound(run, messages);
  receipts.push(receipt);
  const total = totalReceipt(run, receipts, startedAt);
  const finished: SolveResult = { runId, ...result, receipt: total, warnings: run.warnings };
  await journal?.putResult(finished);
  run.emit({ type: "round-end", round: receipt.round, messages: [finished.answer], agreement: 1, receipt });
  run.emit({ type: "finish", result: finished });
}

/** The round of one that gives the answer. */
async function lastRound(run: Run, messages: CompactMessage[]) {
  const startedAt = Date.now();
  const round = run.settings.widths.length + 1;
  const { input, notes } = prepare(run, { round, width: 1, final: true, messages });
  const { notes: told, ...result } = await synthesise(run, input, input.messages);
  const figures = { width: 1, startedAt, passedOn: 1, notes: [...notes, ...told] };
  return { result, receipt: receiptOf(run, round, figures) };
}

interface Plan {
  round: number;
  width: number;
  final: boolean;
  messages: CompactMessage[];
}

/** P(x, M), made to fit the context window before anything of the round is paid for. */
function prepare(
  run: Run,
  { round, width, final, messages }: Plan,
): { input: RoundInput & { messages: CompactMessage[] }; notes: string[] } {
  const { contextWindow, contextPolicy: policy, countTokens, minMessages } = run.settings;
  const { maxOutputTokens } = run.call;
  const notes: string[] = [];
  let kept = messages;
  if (contextWindow !== undefined) {
    const fit = { contextWindow, maxOutputTokens, policy, countTokens, minMessages };
    const {
      messages: fitting,
      trimmed,
      dropped,
      tokens,
    } = fitMessages(messages, (set) => promptFor(run, set), fit);
    kept = fitting;
    if (trimmed + dropped > 0) {
      notes.push(`context window of ${contextWindow}: ${trimmed} messages trimmed, ${dropped} dropped`);
      run.emit({ type: "messages-fitted", round, policy, trimmed, dropped, tokens });
    }
  }
  const prompt = promptFor(run, kept);
  const promptTokens = inputTokens(run, prompt);
  run.emit({ type: "round-start", round, width, final, messages: kept.length, promptTokens });
  return { input: { round, final, prompt, promptTokens, messages: kept }, notes };
}

/** A round that was over in an earlier life passes on exactly what it did then. */
async function exploreOrReplay(run: Run, input: RoundInput, width: number, notes: string[]) {
  const startedAt = Date.now();
  const { round } = input;
  let record = run.recordedRounds.get(round);
  if (record) replayRound(run, record);
  else {
    const explored = await explore(run, input, width);
    record = {
      round,
      messages: explored.messages,
      last: explored.last,
      notes: [...notes, ...explored.notes],
    };
    await run.settings.journal?.putRound(record);
  }
  const { messages } = record;
  const receipt = receiptOf(run, round, { width, startedAt, passedOn: messages.length, notes: record.notes });
  const agreement = agreementOf(messages, run.settings.normalForm);
  run.emit({ type: "round-end", round, messages, agreement, receipt });
  return { record, receipt };
}

function replayRound(run: Run, { round, messages }: RoundRecord): void {
  const passedOn = [...messages];
  for (const trajectory of run.replayed) {
    if (trajectory.round !== round) continue;
    const at = trajectory.outcome === "cancelled" ? -1 : passedOn.indexOf(trajectory.message as string);
    if (at >= 0) {
      passedOn.splice(at, 1);
      run.used.add(trajectory);
      run.deadline.observe(trajectory.durationMs);
    }
    run.emit({ type: "trajectory-end", trajectory, replayed: true });
  }
}

/** Is another exploring round worth starting, or could it not end before the synthesis has to start? */
function outOfTime({ deadline, emit }: Run, round: number): boolean {
  if (deadline.exploringLeftMs() >= (deadline.typicalMs() ?? 0)) return false;
  const detail = "the time that is left is kept for the synthesis";
  emit({ type: "exploration-stopped", round, reason: "deadline", detail });
  return true;
}
