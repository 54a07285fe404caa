import { expect, test } from "vitest";
import { type ExactWeights, exactLogProbabilities, exactWeights } from "../../test/support/float64-llama.ts";
import { centralDifferences, relativeErrors } from "../../test/support/float64-ppo.ts";
import { TINY } from "../../test/support/tiny-policy.ts";
import { createExecutor } from "../embedded/engine/executor.ts";
import { floatData, floats, type HostTensor, integers } from "../embedded/engine/host-tensor.ts";
import { createRandom } from "../embedded/random.ts";
import { initialWeights, parameterList, parameterShapes } from "../embedded/weights.ts";
import { crossEntropyGradient } from "./cross-entropy.ts";

const random = createRandom(5);
const [rows, length] = [3, 7];
const parameters = parameterList(TINY, initialWeights(TINY, random)).map((tensor) => ({
  ...tensor,
  // Norms away from 1, so that a mistake in their gradient shows.
  data: floatData(tensor).map((value) => value + 0.1 * random.normal()) as Float32Array,
}));
const tokens = () =>
  integers(
    [rows, length],
    Int32Array.from({ length: rows * length }, () => random.integer(TINY.vocabSize)),
  );
const weights = floats(
  [rows, length],
  Float32Array.from({ length: rows * length }, () => random.uniform()),
);
const batch: HostTensor[] = [tokens(), tokens(), weights];

async function gradient(kind: "onnxruntime" | "wasm") {
  const executor = await createExecutor({ kind, threads: 1 });
  const program = await executor.compile(crossEntropyGradient(TINY), { inputs: [...parameters, ...batch] });
  const [loss, ...gradients] = await program.run([...parameters, ...batch]);
  await program.dispose();
  return { loss: floatData(loss)[0] as number, gradients: gradients.map(floatData) };
}

/** The loss in float64, by a model that shares no code with ours. */
function reference(at: ExactWeights): number {
  const [ids, targets, mask] = batch.map(({ data }) => data) as [Int32Array, Int32Array, Float32Array];
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const from = row * length;
    for (const [t, logs] of exactLogProbabilities(TINY, at, [...ids.slice(from, from + length)]).entries())
      loss -= (mask[from + t] as number) * (logs[targets[from + t] as number] as number);
  }
  return loss;
}

const names = parameterShapes(TINY).map(([name]) => name);
const exact = exactWeights(new Map(parameters.map((tensor, index) => [names[index] as string, tensor])));

test("the loss is that of a Llama written out in float64", async () => {
  expect((await gradient("onnxruntime")).loss).toBeCloseTo(reference(exact), 4);
});

test("every element of the gradient is that of finite differences", async () => {
  const { gradients } = await gradient("onnxruntime");
  const wanted = centralDifferences(exact, () => reference(exact));
  const found = gradients.map((data) => ({ data }));
  for (const worst of relativeErrors(found, wanted)) expect(worst).toBeLessThan(1e-5);
});

test("ONNX Runtime's gradients are Wasm's within float error", async () => {
  const [ort, wasm] = await Promise.all([gradient("onnxruntime"), gradient("wasm")]);
  expect(ort.loss).toBeCloseTo(wasm.loss, 4);
  for (const [index, values] of ort.gradients.entries()) {
    const other = wasm.gradients[index] as Float32Array;
    const scale = Math.max(...values.map(Math.abs));
    const apart = Math.max(...values.map((value, i) => Math.abs(value - (other[i] as number))));
    expect(apart / scale).toBeLessThan(1e-5);
  }
});

test("two threads give the same gradient to the bit, every time", async () => {
  const model = { ...TINY, vocabSize: 64, hiddenSize: 32, intermediateSize: 64 };
  const size = 16 * 48;
  const list = parameterList(model, initialWeights(model, random));
  const ids = () =>
    integers(
      [16, 48],
      Int32Array.from({ length: size }, () => random.integer(8)),
    );
  const inputs = [...list, ids(), ids(), floats([16, 48], new Float32Array(size).fill(1 / size))];
  const executor = await createExecutor({ kind: "onnxruntime", threads: 2 });
  const program = await executor.compile(crossEntropyGradient(model), { inputs });
  const first = await program.run(inputs);
  for (let repeat = 0; repeat < 5; repeat++) {
    for (const [index, { data }] of (await program.run(inputs)).entries())
      expect(data).toEqual(first[index]?.data);
  }
  await program.dispose();
});
