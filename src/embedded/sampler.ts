import { chooseToken, type SamplingSettings } from "./choose-token.ts";
import type { LaneShape } from "./decode.ts";
import { createLane, type Lane, type Slot } from "./lane.ts";
import type { Policy, PromptState } from "./policy.ts";
import { createPromptCache } from "./prompt-cache.ts";
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
  /** The prompt had been read before, by this sample's neighbours or earlier calls. */
  promptWasCached: boolean;
}

export interface Sampler {
  sample(request: SampleRequest): Promise<Sample>;
  /** Rows decoding at the moment. */
  active(): number;
}

/** A sample on its way. */
interface Row {
  request: SampleRequest;
  random: Random;
  state: PromptState;
  tokens: number[];
  logProbabilities: number[];
  finish(finish: Sample["finish"]): void;
  fail(reason: unknown): void;
  /** Settled, one way or the other; its slot is free at the next step. */
  done: boolean;
}

/** Most tokens a sample may have: what the caches have room for, and the last one. */
export const MAX_NEW_TOKENS = 65;

/** From this many samples of one prompt on, they share a lane of their own. */
const SHARED_FROM = 3;
const SHARED_ROWS = [4, 8, 16, 32, 64];
const MIXED_PROMPTS = 16;
/**
 * Samples drawn together: equal prompts are read once, and all calls under way take one token a step in common
 * batches, which calls join and leave between steps.
 */
export function createSampler(policy: Policy): Sampler {
  const prompts = createPromptCache(policy);
  const lanes: { lane: Lane; rows: Map<Slot, Row> }[] = [];
  let waiting: Row[] = [];
  let running = false;

  async function sample(request: SampleRequest): Promise<Sample> {
    const { abortSignal, prompt, maxTokens } = request;
    abortSignal?.throwIfAborted();
    const { state: reading, cached } = prompts.get(prompt);
    const state = await reading;
    abortSignal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const abort = () => row.fail(abortSignal?.reason);
      const settle = (act: () => void) => {
        if (row.done) return;
        row.done = true;
        abortSignal?.removeEventListener("abort", abort);
        act();
      };
      const row: Row = {
        request: { ...request, maxTokens: Math.min(maxTokens, MAX_NEW_TOKENS) },
        random: createRandom(mixSeed(request.seed, 0x33)),
        state,
        tokens: [],
        logProbabilities: [],
        done: false,
        finish(finish) {
          const { tokens, logProbabilities } = row;
          settle(() => resolve({ tokens, logProbabilities, finish, promptWasCached: cached }));
        },
        fail: (reason) => settle(() => reject(reason)),
      };
      abortSignal?.addEventListener("abort", abort, { once: true });
      take(policy, row, state.logits);
      if (row.done) return;
      waiting.push(row);
      if (!running) void run();
    });
  }

  async function run(): Promise<void> {
    running = true;
    // Calls made in the same turn start in the same step.
    await new Promise(setImmediate);
    try {
      while (waiting.length > 0 || lanes.length > 0) {
        admit();
        for (const entry of lanes) await stepLane(entry.lane, entry.rows);
        for (const entry of [...lanes]) {
          if (entry.lane.isEmpty()) lanes.splice(lanes.indexOf(entry), 1);
        }
      }
    } catch (error) {
      for (const row of [...waiting, ...lanes.flatMap(({ rows }) => [...rows.values()])]) row.fail(error);
      waiting = [];
      lanes.length = 0;
    } finally {
      running = false;
    }
  }

  function admit(): void {
    const newcomers = Map.groupBy(
      waiting.filter((row) => !row.done),
      (row) => row.state,
    );
    waiting = [];
    for (const [state, rows] of newcomers) {
      for (const [index, row] of rows.entries()) {
        if (!lanes.some((entry) => seat(entry, row))) {
          const shape = laneShape(state, rows.length - index, newcomers.size === 1);
          const entry = { lane: createLane(policy, shape), rows: new Map<Slot, Row>() };
          lanes.push(entry);
          seat(entry, row);
        }
      }
    }
  }

  async function stepLane(lane: Lane, rows: Map<Slot, Row>): Promise<void> {
    for (const [slot, row] of rows) if (row.done) remove(lane, rows, slot);
    if (rows.size === 0) return;
    const last = new Map([...rows].map(([slot, row]) => [slot, row.tokens.at(-1) as number]));
    const logits = await lane.step(last);
    for (const slot of last.keys()) {
      const row = rows.get(slot) as Row;
      if (!row.done) take(policy, row, logits(slot));
      if (row.done) remove(lane, rows, slot);
    }
  }

  return { sample, active: () => lanes.reduce((sum, { rows }) => sum + rows.size, waiting.length) };
}

function seat({ lane, rows }: { lane: Lane; rows: Map<Slot, Row> }, row: Row): boolean {
  const slot = lane.join(row.state);
  if (slot) rows.set(slot, row);
  return slot !== undefined;
}

function remove(lane: Lane, rows: Map<Slot, Row>, slot: Slot): void {
  lane.leave(slot);
  rows.delete(slot);
}

/** A lane for `count` samples of one prompt, or one where prompts of few samples each come together. */
function laneShape({ paddedLength }: PromptState, count: number, alone: boolean): LaneShape {
  const size = { promptLength: paddedLength, capacity: MAX_NEW_TOKENS - 1 };
  if (!alone && count < SHARED_FROM) return { prompts: MIXED_PROMPTS, rows: 1, ...size };
  const rows = SHARED_ROWS.find((room) => room >= count) ?? (SHARED_ROWS.at(-1) as number);
  return { prompts: 1, rows, ...size };
}

/** Draw a row's next token and see whether it is the last. */
function take(policy: Policy, row: Row, logits: Float32Array): void {
  const { request, tokens, logProbabilities } = row;
  if (request.maxTokens < 1) return row.finish("length");
  const { token, logProbability } = chooseToken(logits, request, row.random.uniform());
  logProbabilities.push(logProbability);
  if (token === policy.tokenizer.end) return row.finish("end");
  tokens.push(token);
  if (request.onToken?.(token)) return row.finish("stopped");
  if (tokens.length >= request.maxTokens) row.finish("length");
}
