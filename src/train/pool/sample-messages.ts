import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { RoundInput } from "../../core/attempt.ts";
import type { Journal } from "../../core/journal.ts";
import { type CoordinateOptions, readOptions } from "../../core/options.ts";
import { isKnown, type PlaceOutcome, placeOutcome } from "../../core/place-outcome.ts";
import { createRun, inputTokens, type Run } from "../../core/run.ts";
import { receiptOf, totalReceipt } from "../../core/run-receipt.ts";
import { sample } from "../../core/sample.ts";
import { NO_USAGE } from "../../core/usage.ts";
import type { Problem } from "../../data/problem.ts";
import { toPrompt } from "../../data/to-prompt.ts";

const ROUND = 1;

export interface SamplingOptions {
  model: LanguageModelV4;
  call: Omit<LanguageModelV4CallOptions, "prompt">;
  /** Retries, time-outs, what becomes of trajectories that are cut off: as in `solve`. */
  coordinate: CoordinateOptions;
  size: number;
  seed: number;
  journal: Journal;
  signal: AbortSignal;
}

/** The trajectories of one problem: plain samples of the first round, compacted, each journaled before it counts. */
export class MessageSampler {
  readonly #run: Run;
  readonly #input: RoundInput;
  readonly #startedAt = Date.now();

  constructor(problem: Problem, { model, call, coordinate, size, seed, journal, signal }: SamplingOptions) {
    const prompt = toPrompt(problem);
    this.#run = createRun({
      runId: problem.id,
      model,
      call: { ...call, prompt },
      settings: readOptions({ ...coordinate, widths: [size], seed, journal }),
      signal,
      emit: () => {},
    });
    this.#input = { round: ROUND, final: false, prompt, promptTokens: inputTokens(this.#run, prompt) };
  }

  /** Whether this place costs nothing. */
  isKnown(index: number): boolean {
    return isKnown(this.#run, { round: ROUND, index });
  }

  /** @throws the signal's reason; {@link JournalError}: nothing goes on that cannot be stored. */
  async place(index: number): Promise<PlaceOutcome> {
    const run = this.#run;
    const place = { round: ROUND, index };
    const outcome = placeOutcome(await sample(run, this.#input, place, { signal: run.signal }));
    if (outcome.kind === "message") run.used.add(outcome.trajectory);
    return outcome;
  }

  /** The run is over, for `pacore runs` and for the next life. */
  async finish(messages: readonly string[]): Promise<void> {
    const run = this.#run;
    const { journal, widths } = run.settings;
    if (!journal || journal.result()) return;
    const figures = {
      width: widths[0] ?? 0,
      startedAt: this.#startedAt,
      passedOn: messages.length,
      notes: [],
    };
    const rounds = [receiptOf(run, ROUND, figures)];
    await journal.putResult({
      runId: run.runId,
      answer: "",
      content: [],
      finishReason: { unified: "other", raw: "pool" },
      source: "message",
      messages: [...messages],
      usage: NO_USAGE,
      receipt: totalReceipt(run, rounds, this.#startedAt),
      warnings: run.warnings,
    });
  }
}
