import { chooseToken, type SamplingSettings } from "./choose-token.ts";
import type { PromptState } from "./policy.ts";
import { createRandom, mixSeed, type Random } from "./random.ts";

/** One sample to draw. */
export interface SampleRequest extends SamplingSettings {
  prompt: readonly number[];
  /** Each sample has its own random numbers: what else is in the batch does not matter. */
  seed: number;
  maxTokens: number;
  abortSignal?: AbortSignal | undefined;
  /** Called with every token as it comes, the end token aside; `true` ends the sample there. */
  onToken?: (token: number) => boolean | undefined;
}

export interface Sample {
  /** Without the end token. */
  tokens: number[];
  /** Of every token under the model, the end token's last if there was one. */
  logProbabilities: number[];
  finish: "end" | "length" | "stopped";
}

/** A sample on its way: its tokens so far, and the promise of the whole. */
export class Row {
  readonly state: PromptState;
  readonly result: Promise<Sample>;
  readonly #request: SampleRequest;
  readonly #end: number;
  readonly #random: Random;
  readonly #tokens: number[] = [];
  readonly #logProbabilities: number[] = [];
  readonly #settlers: PromiseWithResolvers<Sample>;
  #done = false;

  /** @param end The end token. */
  constructor(request: SampleRequest, state: PromptState, end: number) {
    this.state = state;
    this.#request = request;
    this.#end = end;
    this.#random = createRandom(mixSeed(request.seed, 0x33));
    this.#settlers = Promise.withResolvers();
    this.result = this.#settlers.promise;
    request.abortSignal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** Settled, one way or the other; its slot is free at the next step. */
  get done(): boolean {
    return this.#done;
  }

  get lastToken(): number {
    return this.#tokens.at(-1) as number;
  }

  /** Draw the next token from its logits and see whether it is the last. */
  take(logits: Float32Array): void {
    const { maxTokens, onToken } = this.#request;
    if (maxTokens < 1) return this.#finish("length");
    const { token, logProbability } = chooseToken(logits, this.#request, this.#random.uniform());
    this.#logProbabilities.push(logProbability);
    if (token === this.#end) return this.#finish("end");
    this.#tokens.push(token);
    if (onToken?.(token)) return this.#finish("stopped");
    if (this.#tokens.length >= maxTokens) this.#finish("length");
  }

  fail(reason: unknown): void {
    this.#settle();
    this.#settlers.reject(reason);
  }

  readonly #abort = () => this.fail(this.#request.abortSignal?.reason);

  #finish(finish: Sample["finish"]): void {
    this.#settle();
    this.#settlers.resolve({ tokens: this.#tokens, logProbabilities: this.#logProbabilities, finish });
  }

  #settle(): void {
    this.#done = true;
    this.#request.abortSignal?.removeEventListener("abort", this.#abort);
  }
}
