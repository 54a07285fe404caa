import { floats, type HostTensor, integers } from "../embedded/engine/host-tensor.ts";
import type { Tokenizer } from "../embedded/tokenizer.ts";
import type { Demonstration } from "./lab-data.ts";

/** What the loss takes: next-token prediction over padded rows. */
interface TrainingBatch {
  /** `[B, T]` input tokens. */
  ids: HostTensor;
  /** `[B, T]` the token after each. */
  targets: HostTensor;
  /** `[B, T]`, 0 on prompts and padding; sums to 1 over the batch. */
  weights: HostTensor;
  responseTokens: number;
}

/**
 * Rows of prompt, response and end token, padded on the right; only the response and the end are learnt.
 * @throws If a text has no tokens or does not fit `length`: such a batch is a mistake of the caller.
 */
export function packBatch(
  tokenizer: Tokenizer,
  rows: readonly Demonstration[],
  length: number,
): TrainingBatch {
  const shape = [rows.length, length];
  const [ids, targets, weights] = [integers(shape), integers(shape), floats(shape)];
  ids.data.fill(tokenizer.end);
  let responseTokens = 0;
  for (const [row, { prompt, response }] of rows.entries()) {
    const before = tokenizer.encode(prompt);
    const after = tokenizer.encode(response);
    if (!before || !after) throw new Error(`No tokens for ${JSON.stringify(prompt + response)}`);
    const tokens = [...before, ...after, tokenizer.end];
    if (tokens.length - 1 > length) throw new Error(`${tokens.length - 1} tokens in a row of ${length}`);
    ids.data.set(tokens.slice(0, -1), row * length);
    targets.data.set(tokens.slice(1), row * length);
    const first = row * length + before.length - 1;
    weights.data.fill(1, first, first + after.length + 1);
    responseTokens += after.length + 1;
  }
  for (let i = 0; i < weights.data.length; i++)
    weights.data[i] = (weights.data[i] as number) / responseTokens;
  return { ids, targets, weights, responseTokens };
}
