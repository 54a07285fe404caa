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

export type Lane = ReturnType<typeof createLane>;

/**
 * A decoding batch of fixed shape. Samples come and go between steps; its caches live here and programs only
 * read them.
 */
export function createLane(policy: Policy, shape: LaneShape) {
  const { config } = policy;
  const { layers, heads } = config;
  const size = headSize(config);
  const { prompts, rows, promptLength, capacity } = shape;
  const specs = decodeInputs(config, shape);
  const ids = integers(specs.ids.shape);
  const [cos, sin] = [floats(specs.cos.shape), floats(specs.sin.shape)];
  const promptMask = filled(specs.promptMask.shape);
  const generatedMask = filled(specs.generatedMask.shape);
  const generated = [...specs.generatedKeys, ...specs.generatedValues].map(({ shape }) => floats(shape));
  const states: (PromptState | undefined)[] = Array(prompts).fill(undefined);
  const slots: (Slot | undefined)[] = Array(prompts * rows).fill(undefined);
  // One prompt's caches serve as they are; several are copied side by side.
  let promptCaches =
    prompts === 1 ? [] : [...specs.promptKeys, ...specs.promptValues].map(({ shape }) => floats(shape));

  function enter(prompt: number, state: PromptState): void {
    const caches = [...state.keys, ...state.values];
    if (prompts === 1) promptCaches = caches;
    else {
      for (const [index, cache] of caches.entries()) {
        const data = floatData(cache);
        floatData(promptCaches[index]).set(data, prompt * data.length);
      }
    }
    promptMask.data.fill(HIDDEN, prompt * promptLength, (prompt + 1) * promptLength);
    promptMask.data.fill(0, prompt * promptLength, prompt * promptLength + state.length);
    states[prompt] = state;
  }

  function freeIndex(state: PromptState): number {
    for (let index = 0; index < slots.length; index++) {
      const owner = states[Math.floor(index / rows)];
      if (!slots[index] && (owner === undefined || owner === state)) return index;
    }
    return -1;
  }

  /** Take a slot for one more sample of `state`. @returns `undefined` if there is no room. */
  function join(state: PromptState): Slot | undefined {
    const index = freeIndex(state);
    if (index < 0 || state.paddedLength !== promptLength) return undefined;
    const prompt = Math.floor(index / rows);
    if (states[prompt] !== state) enter(prompt, state);
    generatedMask.data.fill(HIDDEN, index * capacity, (index + 1) * capacity);
    const slot = { index, length: 0, position: state.length };
    slots[index] = slot;
    return slot;
  }

  function leave({ index }: Slot): void {
    slots[index] = undefined;
    const prompt = Math.floor(index / rows);
    const owned = slots.slice(prompt * rows, (prompt + 1) * rows);
    if (prompts > 1 && owned.every((slot) => slot === undefined)) states[prompt] = undefined;
  }

  /** Feed every slot its last token. @returns The logits of a slot's next token. */
  async function step(tokens: ReadonlyMap<Slot, number>): Promise<(slot: Slot) => Float32Array> {
    const program = await policy.decoder(shape);
    for (const [{ index, position }, token] of tokens) {
      ids.data[index] = token;
      const tables = rotaryTables(config, [position]);
      cos.data.set(tables.cos, index * size);
      sin.data.set(tables.sin, index * size);
    }
    const inputs = [ids, cos, sin, promptMask, generatedMask, ...promptCaches, ...generated];
    const [logits, ...added] = await program.run(inputs);
    for (const slot of tokens.keys()) if (slots[slot.index] === slot) remember(slot, added);
    const all = floatData(logits);
    return ({ index }) => all.subarray(index * config.vocabSize, (index + 1) * config.vocabSize);
  }

  /** Write a slot's new keys and values, `[B, H, headSize]`, behind those it has. */
  function remember(slot: Slot, added: readonly HostTensor[]): void {
    for (let tensor = 0; tensor < 2 * layers; tensor++) {
      const from = floatData(added[tensor]);
      const to = floatData(generated[tensor]);
      for (let head = 0; head < heads; head++) {
        const source = (slot.index * heads + head) * size;
        const target = ((slot.index * heads + head) * capacity + slot.length) * size;
        to.set(from.subarray(source, source + size), target);
      }
    }
    generatedMask.data[slot.index * capacity + slot.length] = 0;
    slot.length += 1;
    slot.position += 1;
  }

  return {
    shape,
    join,
    leave,
    step,
    isEmpty: () => slots.every((slot) => slot === undefined),
  };
}

function filled(shape: readonly number[]): HostTensor {
  const tensor = floats(shape);
  tensor.data.fill(HIDDEN);
  return tensor;
}
