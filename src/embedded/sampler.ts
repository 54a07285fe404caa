import type { LaneShape } from "./decode.ts";
import { Lane, type Slot } from "./lane.ts";
import type { Policy, PromptState } from "./policy.ts";
import { PromptCache } from "./prompt-cache.ts";
import { Row, type Sample, type SampleRequest } from "./row.ts";

/** Most tokens a sample may have: what the caches have room for, and the last one. */
export const MAX_NEW_TOKENS = 73;

/** From this many samples of one prompt on, they share a lane of their own. */
const SHARED_FROM = 3;
/** 24 are the messages of a problem in a training pool. */
const SHARED_ROWS = [4, 8, 16, 24, 32, 64];
const MIXED_PROMPTS = 16;

interface Seats {
  lane: Lane;
  rows: Map<Slot, Row>;
}

/**
 * Samples drawn together: equal prompts are read once, and all calls under way take one token a step in common
 * batches, which calls join and leave between steps.
 */
export class Sampler {
  readonly #policy: Policy;
  readonly #prompts: PromptCache;
  #lanes: Seats[] = [];
  #waiting: Row[] = [];
  #running = false;

  constructor(policy: Policy) {
    this.#policy = policy;
    this.#prompts = new PromptCache(policy);
  }

  /** Samples being drawn. */
  get active(): number {
    return this.#lanes.reduce((sum, { rows }) => sum + rows.size, this.#waiting.length);
  }

  /**
   * Draw one sample.
   * @returns Also whether its prompt had been read before, by its neighbours or earlier calls.
   * @throws The abort signal's reason.
   */
  async sample(request: SampleRequest): Promise<Sample & { promptWasCached: boolean }> {
    request.abortSignal?.throwIfAborted();
    const { state: reading, cached } = this.#prompts.get(request.prompt);
    const state = await reading;
    request.abortSignal?.throwIfAborted();
    const maxTokens = Math.min(request.maxTokens, MAX_NEW_TOKENS);
    const row = new Row({ ...request, maxTokens }, state, this.#policy.tokenizer.end);
    row.take(state.logits);
    if (!row.done) {
      this.#waiting.push(row);
      if (!this.#running) void this.#run();
    }
    return { ...(await row.result), promptWasCached: cached };
  }

  async #run(): Promise<void> {
    this.#running = true;
    // Calls made in the same turn start in the same step.
    await new Promise(setImmediate);
    try {
      while (this.#waiting.length > 0 || this.#lanes.length > 0) {
        this.#admit();
        for (const seats of this.#lanes) await step(seats);
        this.#lanes = this.#lanes.filter(({ lane }) => !lane.isEmpty);
      }
    } catch (error) {
      const seated = this.#lanes.flatMap(({ rows }) => [...rows.values()]);
      for (const row of [...this.#waiting, ...seated]) row.fail(error);
      this.#waiting = [];
      this.#lanes = [];
    } finally {
      this.#running = false;
    }
  }

  /** Seat those who wait, in lanes there are or new ones. */
  #admit(): void {
    const newcomers = Map.groupBy(
      this.#waiting.filter((row) => !row.done),
      (row) => row.state,
    );
    this.#waiting = [];
    for (const [state, rows] of newcomers) {
      for (const [index, row] of rows.entries()) {
        if (this.#lanes.some((seats) => seat(seats, row))) continue;
        const shape = laneShape(state, rows.length - index, newcomers.size === 1);
        const seats = { lane: new Lane(this.#policy, shape), rows: new Map<Slot, Row>() };
        this.#lanes.push(seats);
        seat(seats, row);
      }
    }
  }
}

function seat({ lane, rows }: Seats, row: Row): boolean {
  const slot = lane.join(row.state);
  if (slot) rows.set(slot, row);
  return slot !== undefined;
}

/** One token for every row of a lane; rows that are done leave. */
async function step({ lane, rows }: Seats): Promise<void> {
  const leave = (slot: Slot) => {
    lane.leave(slot);
    rows.delete(slot);
  };
  for (const [slot, row] of rows) if (row.done) leave(slot);
  if (rows.size === 0) return;
  const logits = await lane.step(new Map([...rows].map(([slot, row]) => [slot, row.lastToken])));
  for (const [slot, row] of rows) {
    if (!row.done) row.take(logits(slot));
    if (row.done) leave(slot);
  }
}

/** A lane for `count` samples of one prompt, or one where prompts of few samples each come together. */
function laneShape({ paddedLength }: PromptState, count: number, alone: boolean): LaneShape {
  const size = { promptLength: paddedLength, capacity: MAX_NEW_TOKENS - 1 };
  if (!alone && count < SHARED_FROM) return { prompts: MIXED_PROMPTS, rows: 1, ...size };
  const rows = SHARED_ROWS.find((room) => room >= count) ?? (SHARED_ROWS.at(-1) as number);
  return { prompts: 1, rows, ...size };
}
