import { decodeInputs, type LaneShape } from "./decode.ts";
import { floatData, floats, type HostTensor, integers } from "./engine/host-tensor.ts";
import type { Policy, PromptState } from "./policy.ts";
import { rotaryTables } from "./transformer.ts";
import { headSize } from "./weights.ts";

const HIDDEN = -1e9;

/** A place for one sample in a lane. */
export interface Slot {
  readonly index: number;
  /** Generated tokens so far that the caches hold. */
  length: number;
  position: number;
}

/**
 * A decoding batch of fixed shape. Samples come and go between steps; its caches live here and programs only
 * read them.
 */
export class Lane {
  readonly #policy: Policy;
  readonly #shape: LaneShape;
  readonly #ids: HostTensor;
  readonly #cos: HostTensor;
  readonly #sin: HostTensor;
  readonly #promptMask: HostTensor;
  readonly #generatedMask: HostTensor;
  /** Keys of every layer, then values. One prompt's serve as they are, several are copied side by side. */
  #promptCaches: HostTensor[];
  readonly #generated: HostTensor[];
  readonly #states: (PromptState | undefined)[];
  readonly #slots: (Slot | undefined)[];

  constructor(policy: Policy, shape: LaneShape) {
    const specs = decodeInputs(policy.config, shape);
    const buffer = ({ shape }: { shape: readonly number[] }) => floats(shape);
    this.#policy = policy;
    this.#shape = shape;
    this.#ids = integers(specs.ids.shape);
    this.#cos = buffer(specs.cos);
    this.#sin = buffer(specs.sin);
    this.#promptMask = buffer(specs.promptMask);
    this.#promptMask.data.fill(HIDDEN);
    this.#generatedMask = buffer(specs.generatedMask);
    this.#promptCaches = shape.prompts === 1 ? [] : [...specs.promptKeys, ...specs.promptValues].map(buffer);
    this.#generated = [...specs.generatedKeys, ...specs.generatedValues].map(buffer);
    this.#states = Array(shape.prompts).fill(undefined);
    this.#slots = Array(shape.prompts * shape.rows).fill(undefined);
  }

  get isEmpty(): boolean {
    return this.#slots.every((slot) => slot === undefined);
  }

  /** Take a slot for one more sample of `state`. @returns `undefined` if there is no room. */
  join(state: PromptState): Slot | undefined {
    const { capacity, promptLength } = this.#shape;
    const index = state.paddedLength === promptLength ? this.#freeIndex(state) : -1;
    if (index < 0) return undefined;
    const prompt = this.#promptOf(index);
    if (this.#states[prompt] !== state) this.#enter(prompt, state);
    this.#generatedMask.data.fill(HIDDEN, index * capacity, (index + 1) * capacity);
    const slot = { index, length: 0, position: state.length };
    this.#slots[index] = slot;
    return slot;
  }

  leave({ index }: Slot): void {
    const { prompts, rows } = this.#shape;
    this.#slots[index] = undefined;
    const prompt = this.#promptOf(index);
    const owned = this.#slots.slice(prompt * rows, (prompt + 1) * rows);
    if (prompts > 1 && owned.every((slot) => slot === undefined)) this.#states[prompt] = undefined;
  }

  /** Feed every slot its last token. @returns The logits of a slot's next token. */
  async step(tokens: ReadonlyMap<Slot, number>): Promise<(slot: Slot) => Float32Array> {
    const { config } = this.#policy;
    const program = await this.#policy.decoder(this.#shape);
    for (const [slot, token] of tokens) this.#feed(slot, token);
    const [logits, ...added] = await program.run([
      this.#ids,
      this.#cos,
      this.#sin,
      this.#promptMask,
      this.#generatedMask,
      ...this.#promptCaches,
      ...this.#generated,
    ]);
    for (const slot of tokens.keys()) if (this.#slots[slot.index] === slot) this.#remember(slot, added);
    const all = floatData(logits);
    return ({ index }) => all.subarray(index * config.vocabSize, (index + 1) * config.vocabSize);
  }

  #promptOf(index: number): number {
    return Math.floor(index / this.#shape.rows);
  }

  #freeIndex(state: PromptState): number {
    return this.#slots.findIndex((slot, index) => {
      const owner = this.#states[this.#promptOf(index)];
      return slot === undefined && (owner === undefined || owner === state);
    });
  }

  #enter(prompt: number, state: PromptState): void {
    const { prompts, promptLength } = this.#shape;
    const caches = [...state.keys, ...state.values];
    if (prompts === 1) this.#promptCaches = caches;
    else {
      for (const [index, cache] of caches.entries()) {
        const data = floatData(cache);
        floatData(this.#promptCaches[index]).set(data, prompt * data.length);
      }
    }
    const start = prompt * promptLength;
    this.#promptMask.data.fill(HIDDEN, start, start + promptLength);
    this.#promptMask.data.fill(0, start, start + state.length);
    this.#states[prompt] = state;
  }

  #feed({ index, position }: Slot, token: number): void {
    const { config } = this.#policy;
    const tables = rotaryTables(config, [position]);
    this.#ids.data[index] = token;
    this.#cos.data.set(tables.cos, index * headSize(config));
    this.#sin.data.set(tables.sin, index * headSize(config));
  }

  /** Write a slot's new keys and values, `[B, H, headSize]`, behind those it has. */
  #remember(slot: Slot, added: readonly HostTensor[]): void {
    const { config } = this.#policy;
    const { capacity } = this.#shape;
    const size = headSize(config);
    for (const [tensor, cache] of this.#generated.entries()) {
      const from = floatData(added[tensor]);
      for (let head = 0; head < config.heads; head++) {
        const row = slot.index * config.heads + head;
        floatData(cache).set(
          from.subarray(row * size, (row + 1) * size),
          (row * capacity + slot.length) * size,
        );
      }
    }
    this.#generatedMask.data[slot.index * capacity + slot.length] = 0;
    slot.length += 1;
    slot.position += 1;
  }
}
