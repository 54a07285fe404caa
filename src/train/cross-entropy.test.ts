import { expect, test } from "vitest";
import { TINY } from "../../test/support/tiny-policy.ts";
import { createExecutor } from "../embedded/engine/executor.ts";
import { floatData, floats, type HostTensor, integers } from "../embedded/engine/host-tensor.ts";
import { createRandom } from "../embedded/random.ts";
import { headSize, initialWeights, parameterList, parameterShapes } from "../embedded/weights.ts";
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

type Matrix = { data: ArrayLike<number>; width: number };

/** The loss in plain float64, written from the definitions and sharing no code with the model. */
function reference(values: readonly ArrayLike<number>[]): number {
  const named = new Map(
    parameterShapes(TINY).map(([name], index) => [name, values[index] as ArrayLike<number>]),
  );
  const matrix = (name: string, width: number): Matrix => ({
    data: named.get(`model.${name}.weight`) as ArrayLike<number>,
    width,
  });
  const times = (x: number[], { data, width }: Matrix) =>
    Array.from({ length: data.length / width }, (_, row) =>
      x.reduce((sum, value, column) => sum + value * (data[row * width + column] as number), 0),
    );
  const norm = (x: number[], name: string) => {
    const scale =
      1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + TINY.rmsNormEps);
    return x.map((value, i) => value * scale * (matrix(name, 1).data[i] as number));
  };
  const { hiddenSize: d, intermediateSize: f, heads, vocabSize } = TINY;
  const size = headSize(TINY);
  const rotate = (x: number[], position: number) =>
    x.map((value, i) => {
      const [head, at] = [Math.floor(i / size) * size, i % size];
      const angle = position * TINY.ropeTheta ** ((-2 * (at % (size / 2))) / size);
      const partner = x[head + ((at + size / 2) % size)] as number;
      return value * Math.cos(angle) + (at < size / 2 ? -1 : 1) * partner * Math.sin(angle);
    });
  const plus = (a: number[], b: number[]) => a.map((value, i) => value + (b[i] as number));

  function attend(xs: number[][], layer: string): number[][] {
    const h = xs.map((x) => norm(x, `${layer}.input_layernorm`));
    const project = (name: string) => h.map((x) => times(x, matrix(`${layer}.self_attn.${name}_proj`, d)));
    const [q, k] = ["q", "k"].map((name) => project(name).map(rotate)) as [number[][], number[][]];
    const v = project("v");
    return xs.map((x, t) => {
      const mixed = Array<number>(d).fill(0);
      for (let head = 0; head < heads; head++) {
        const part = (y: number[]) => y.slice(head * size, (head + 1) * size);
        const dot = (s: number) =>
          part(q[t] as number[]).reduce((sum, a, i) => sum + a * (part(k[s] as number[])[i] as number), 0);
        const odds = Array.from({ length: t + 1 }, (_, s) => Math.exp(dot(s) / Math.sqrt(size)));
        const total = odds.reduce((a, b) => a + b);
        for (const [s, odd] of odds.entries()) {
          for (const [i, value] of part(v[s] as number[]).entries()) {
            mixed[head * size + i] = (mixed[head * size + i] as number) + (odd / total) * value;
          }
        }
      }
      return plus(x, times(mixed, matrix(`${layer}.self_attn.o_proj`, d)));
    });
  }

  function feed(x: number[], layer: string): number[] {
    const h = norm(x, `${layer}.post_attention_layernorm`);
    const up = times(h, matrix(`${layer}.mlp.up_proj`, d));
    const gated = times(h, matrix(`${layer}.mlp.gate_proj`, d)).map(
      (gate, i) => (gate / (1 + Math.exp(-gate))) * (up[i] as number),
    );
    return plus(x, times(gated, matrix(`${layer}.mlp.down_proj`, f)));
  }

  const embedding = matrix("embed_tokens", d);
  const [ids, targets, mask] = batch.map(({ data }) => data) as [Int32Array, Int32Array, Float32Array];
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    let xs = Array.from({ length }, (_, t) => {
      const id = ids[row * length + t] as number;
      return Array.from({ length: d }, (_, i) => embedding.data[id * d + i] as number);
    });
    for (let layer = 0; layer < TINY.layers; layer++) {
      xs = attend(xs, `layers.${layer}`).map((x) => feed(x, `layers.${layer}`));
    }
    for (const [t, x] of xs.entries()) {
      const logits = times(norm(x, "norm"), embedding);
      const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      const at = row * length + t;
      loss -= (mask[at] as number) * ((logits[targets[at] as number] as number) - total);
    }
  }
  expect(vocabSize).toBe(TINY.vocabSize);
  return loss;
}

const exact = parameters.map(({ data }) => Float64Array.from(data));

test("the loss is that of a Llama written out in float64", async () => {
  expect((await gradient("onnxruntime")).loss).toBeCloseTo(reference(exact), 4);
});

test("gradients agree with finite differences, in every parameter tensor", async () => {
  const { gradients } = await gradient("onnxruntime");
  const step = 1e-5;
  for (const [index, tensor] of exact.entries()) {
    const scale = Math.max(...(gradients[index] as Float32Array).map(Math.abs));
    for (let probe = 0; probe < 6; probe++) {
      const at = random.integer(tensor.length);
      const value = tensor[at] as number;
      tensor[at] = value + step;
      const above = reference(exact);
      tensor[at] = value - step;
      const below = reference(exact);
      tensor[at] = value;
      const numeric = (above - below) / (2 * step);
      expect(Math.abs((gradients[index]?.[at] as number) - numeric) / scale).toBeLessThan(1e-4);
    }
  }
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
