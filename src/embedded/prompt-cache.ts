import type { Policy, PromptState } from "./policy.ts";

/** Prompts whose state is kept; the longest-unused goes first. One of 300 tokens takes about a megabyte. */
const MAX_PROMPTS = 64;

/** Reads every distinct prompt once, however many calls ask for it and when. */
export class PromptCache {
  readonly #policy: Policy;
  readonly #states = new Map<string, Promise<PromptState>>();

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  get(prompt: readonly number[]): { state: Promise<PromptState>; cached: boolean } {
    const states = this.#states;
    const key = prompt.join();
    const known = states.get(key);
    const state = known ?? this.#policy.prefill(prompt);
    states.delete(key);
    states.set(key, state);
    if (!known) state.catch(() => states.delete(key));
    for (const oldest of states.keys()) {
      if (states.size <= MAX_PROMPTS) break;
      states.delete(oldest);
    }
    return { state, cached: known !== undefined };
  }
}
