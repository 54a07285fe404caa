import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { Journal } from "../../core/journal.ts";
import { readOptions } from "../../core/options.ts";
import { isKnown, type PlaceOutcome, placeOutcome } from "../../core/place-outcome.ts";
import { seedFor } from "../../core/random.ts";
import { createRun, inputTokens, type Place, type Run } from "../../core/run.ts";
import { sample } from "../../core/sample.ts";
import type { AskingOptions } from "./asking.ts";

/** What became of one question. */
export type Asked =
  | PlaceOutcome
  /** Not asked: the budget is spent, or the work is being stopped. */
  | { kind: "stopped" };

interface Parts {
  id: string;
  subject: LanguageModelV4Prompt;
  widths: readonly number[];
  journal: Journal;
  signal: AbortSignal;
  options: AskingOptions;
  /** Runs a call once there is a slot and money for it. */
  pay: (work: () => Promise<Asked>) => Promise<Asked>;
}

/** Questions about one item. Each has a place; a place that the journal knows is answered from there. */
export class AskedItem {
  readonly #run: Run;
  readonly #pay: Parts["pay"];
  /** Calls of this life. */
  calls = 0;

  constructor({ id, subject, widths, journal, signal, options, pay }: Parts) {
    const { model, call = {}, coordinate = {}, seed = 0 } = options;
    this.#pay = pay;
    this.#run = createRun({
      runId: id,
      model,
      call: { ...call, prompt: subject },
      settings: readOptions({ ...coordinate, widths, seed: seedFor(seed, id), journal }),
      signal,
      emit: (event) => {
        if (event.type === "trajectory-start") this.calls++;
      },
    });
  }

  /** @throws {JournalError}: nothing goes on that cannot be stored. */
  ask(place: Place, prompt: LanguageModelV4Prompt): Promise<Asked> {
    return isKnown(this.#run, place) ? this.#ask(place, prompt) : this.#pay(() => this.#ask(place, prompt));
  }

  async #ask(place: Place, prompt: LanguageModelV4Prompt): Promise<Asked> {
    const run = this.#run;
    const input = { round: place.round, final: false, prompt, promptTokens: inputTokens(run, prompt) };
    return placeOutcome(await sample(run, input, place, { signal: run.signal }));
  }
}
