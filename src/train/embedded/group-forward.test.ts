import { expect, test } from "vitest";
import { noisyWeights } from "../../../test/support/ppo-case.ts";
import { TINY } from "../../../test/support/tiny-policy.ts";
import { createExecutor } from "../../embedded/engine/executor.ts";
import { floatData, floats, type HostTensor, integers } from "../../embedded/engine/host-tensor.ts";
import { ops, type Value } from "../../embedded/engine/traced.ts";
import { createRandom } from "../../embedded/random.ts";
import { forward, linear, nameParameters, rotaryTables } from "../../embedded/transformer.ts";
import { headSize, parameterList, parameterShapes } from "../../embedded/weights.ts";
import type { GroupShape } from "./group-forward.ts";
import { logProbabilitiesGraph } from "./policy-loss.ts";

const random = createRandom(2);
const parameters = parameterList(TINY, noisyWeights(TINY, 3));
const executor = await createExecutor({ kind: "onnxruntime", threads: 1 });
const tokens = (length: number) => Array.from({ length }, () => random.integer(TINY.vocabSize));

/** Longest prompt and response together. */
const LENGTH = 24;
/** (…parameters, ids `[1, T]`) to log π, `[T, V]`, by the plain forward pass. */
const plainGraph = (...values: Value[]): Value[] => {
  const count = parameterShapes(TINY).length;
  const named = nameParameters(TINY, values.slice(0, count));
  const { x } = forward(TINY, named, values[count] as Value, "one-hot");
  return [ops.logSoftmax(linear(x, named.embedding))];
};
const plain = await executor.compile(plainGraph, { inputs: [...parameters, integers([1, LENGTH])] });

/** log π over the vocabulary where each response token is chosen, one array a token. */
async function afresh(prompt: readonly number[], response: readonly number[]): Promise<Float32Array[]> {
  const ids = integers([1, LENGTH]);
  ids.data.set([...prompt, ...response]);
  const [all] = await plain.run([...parameters, ids]);
  const at = (t: number) => (prompt.length - 1 + t) * TINY.vocabSize;
  return response.map((_, t) => floatData(all).subarray(at(t), at(t + 1)));
}

/** A group's inputs for any shape that holds it; padding is filled with tokens of `fill`. */
function inputsOf(
  { rows, length, prefixLength }: GroupShape,
  prompt: readonly number[],
  responses: readonly (readonly number[])[],
  fill: () => number = () => 0,
): HostTensor[] {
  const before = prompt.slice(0, -1);
  const prefix = integers([prefixLength], Int32Array.from({ length: prefixLength }, fill));
  const ids = integers([rows * length], Int32Array.from({ length: rows * length }, fill));
  const mask = floats([prefixLength]);
  prefix.data.set(before);
  mask.data.fill(-1e9, before.length);
  for (const [row, response] of responses.entries())
    ids.data.set([prompt.at(-1) as number, ...response.slice(0, -1)], row * length);
  const positions = Array.from({ length }, (_, t) => before.length + t);
  const { cos, sin } = rotaryTables(TINY, positions);
  const axes = [length, 1, headSize(TINY)];
  return [prefix, mask, ids, floats(axes, cos), floats(axes, sin)];
}

async function grouped(shape: GroupShape, fills: readonly HostTensor[][]): Promise<Float32Array[]> {
  const [inputs] = fills as [HostTensor[]];
  const program = await executor.compile(logProbabilitiesGraph(TINY, shape), {
    inputs: [...parameters, ...inputs],
  });
  const found = [];
  for (const given of fills) found.push(floatData((await program.run([...parameters, ...given]))[0]));
  await program.dispose();
  return found;
}

test.each([
  { promptLength: 1, prefixLength: 4, lengths: [5, 2, 3], length: 5 },
  { promptLength: 2, prefixLength: 1, lengths: [4], length: 4 },
  { promptLength: 9, prefixLength: 8, lengths: [1, 7], length: 8 },
  { promptLength: 9, prefixLength: 16, lengths: [3, 3, 1, 2], length: 3 },
  { promptLength: 12, prefixLength: 32, lengths: [12, 1], length: 16 },
])(
  "a group gives what the whole sequences give: prompt $promptLength in $prefixLength, responses $lengths in $length",
  async ({ promptLength, prefixLength, lengths, length }) => {
    const prompt = tokens(promptLength);
    const responses = lengths.map(tokens);
    const shape = { rows: lengths.length, length, prefixLength };
    const [found] = await grouped(shape, [inputsOf(shape, prompt, responses)]);
    for (const [row, response] of responses.entries()) {
      for (const [t, wanted] of (await afresh(prompt, response)).entries()) {
        const from = (row * length + t) * TINY.vocabSize;
        const own = (found as Float32Array).subarray(from, from + TINY.vocabSize);
        const apart = wanted.reduce(
          (worst, log, v) => Math.max(worst, Math.abs(log - (own[v] as number))),
          0,
        );
        expect(apart).toBeLessThan(1e-5);
      }
    }
  },
);

test("what stands in the padding of prompt and responses changes no bit of what counts", async () => {
  const prompt = tokens(5);
  const responses = [3, 6, 1].map(tokens);
  const shape = { rows: 3, length: 8, prefixLength: 16 };
  const [zeros, others] = (await grouped(shape, [
    inputsOf(shape, prompt, responses),
    inputsOf(shape, prompt, responses, () => random.integer(TINY.vocabSize)),
  ])) as [Float32Array, Float32Array];
  const real = (flat: Float32Array) =>
    responses.map(({ length }, row) =>
      flat.subarray(row * shape.length * TINY.vocabSize, (row * shape.length + length) * TINY.vocabSize),
    );
  expect(zeros).not.toEqual(others);
  expect(real(zeros)).toEqual(real(others));
});
