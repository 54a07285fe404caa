import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { RoundInput } from "../../core/attempt.ts";
import type { Journal } from "../../core/journal.ts";
import { type CoordinateOptions, readOptions } from "../../core/options.ts";
import { createRun, inputTokens, placeKey, type Run } from "../../core/run.ts";
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

/** What became of one place of the pool. */
export type PlaceOutcome =
  | { kind: "message"; text: string }
  /** No conclusion, however often the policy asked. */
  | { kind: "cut-off" }
  /** The upstream's failure; another life asks again. */
  | { kind: "failed"; reason: string };

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

  /** Whether the journal has this place's message: then it costs nothing. */
  isKnown(index: number): boolean {
    const past = this.#run.recorded.get(placeKey({ round: ROUND, index })) ?? [];
    return past.some(({ message, outcome }) => message !== null && outcome !== "cancelled");
  }

  /** @throws the signal's reason; {@link JournalError}: nothing goes on that cannot be stored. */
  async place(index: number): Promise<PlaceOutcome> {
    const run = this.#run;
    const sampled = await sample(run, this.#input, { round: ROUND, index }, { signal: run.signal });
    switch (sampled.kind) {
      case "message":
        run.used.add(sampled.trajectory);
        return { kind: "message", text: sampled.trajectory.message as string };
      case "lost":
        return sampled.trajectory ? { kind: "cut-off" } : { kind: "failed", reason: sampled.reason };
      case "unaffordable":
        // The run has no budget of its own: the build's caps decide before a place is asked.
        return { kind: "failed", reason: "nothing is left for a call" };
      default:
        return sampled satisfies never;
    }
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
