import { floats, type HostTensor, integers } from "../../embedded/engine/host-tensor.ts";
import { rotaryTables } from "../../embedded/transformer.ts";
import { headSize, type LlamaConfig } from "../../embedded/weights.ts";
import type { GroupShape } from "./group-forward.ts";
import { PROMPT_STEP, paddedTo } from "./sample-groups.ts";

/** Response lengths are padded to multiples of this. */
const RESPONSE_STEP = 8;
const HIDDEN = -1e9;

/** A group as programs take it; arrays `[N·R]` are row-major. */
export interface PackedGroup {
  shape: GroupShape;
  lengths: number[];
  /** prefix, prefixMask, ids, cos, sin. */
  inputs: HostTensor[];
  /** `[N·R]`; padding has the token 0. */
  targets: HostTensor;
}

/**
 * Pack one instance's responses under their prompt: the prefix is the prompt without its last token, which predicts
 * the first response token and so opens every row.
 */
export function packGroup(
  config: LlamaConfig,
  prompt: readonly number[],
  responses: readonly (readonly number[])[],
): PackedGroup {
  const before = prompt.slice(0, -1);
  const lengths = responses.map(({ length }) => length);
  const shape = {
    rows: responses.length,
    length: paddedTo(Math.max(...lengths), RESPONSE_STEP),
    prefixLength: paddedTo(before.length, PROMPT_STEP),
  };
  const { rows, length, prefixLength } = shape;
  const [prefix, mask] = [integers([prefixLength]), floats([prefixLength])];
  prefix.data.set(before);
  mask.data.fill(HIDDEN, before.length);
  const [ids, targets] = [integers([rows * length]), integers([rows * length])];
  for (const [row, tokens] of responses.entries()) {
    ids.data.set([prompt.at(-1) as number, ...tokens.slice(0, -1)], row * length);
    targets.data.set(tokens, row * length);
  }
  const positions = Array.from({ length }, (_, i) => before.length + i);
  const tables = rotaryTables(config, positions);
  const axes = [length, 1, headSize(config)];
  return {
    shape,
    lengths,
    inputs: [prefix, mask, ids, floats(axes, tables.cos), floats(axes, tables.sin)],
    targets,
  };
}

/** Lay rows of different lengths out as `[N·R]`, zeros on padding. */
export function padRows({ shape, lengths }: PackedGroup, rows: readonly ArrayLike<number>[]): HostTensor {
  const tensor = floats([shape.rows * shape.length]);
  for (const [row, values] of rows.entries()) {
    for (let i = 0; i < (lengths[row] as number); i++)
      tensor.data[row * shape.length + i] = values[i] as number;
  }
  return tensor;
}

/** The real tokens of every row of a padded `[N·R]` array. */
export function unpadRows({ shape, lengths }: PackedGroup, flat: Float32Array): Float32Array[] {
  return lengths.map((length, row) => flat.subarray(row * shape.length, row * shape.length + length));
}
