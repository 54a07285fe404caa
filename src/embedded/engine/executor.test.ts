import { afterEach, expect, test, vi } from "vitest";
import { createExecutor } from "./executor.ts";
import { floatData, floats, type HostTensor, integers } from "./host-tensor.ts";
import { emitDot } from "./onnx-dot.ts";
import { createScope, type Equation, type Variable } from "./onnx-scope.ts";
import { ops, type Value } from "./traced.ts";

type Graph = (...values: Value[]) => Value[];

async function runOn(
  kind: "onnxruntime" | "wasm",
  graph: Graph,
  inputs: HostTensor[],
  constants: HostTensor[] = [],
) {
  const executor = await createExecutor({ kind, threads: 1 });
  const program = await executor.compile(graph, { constants, inputs });
  const outputs = await program.run(inputs);
  const again = await program.run(inputs);
  await program.dispose();
  expect(again.map(({ data }) => [...data])).toEqual(outputs.map(({ data }) => [...data]));
  return outputs;
}

/** Run on both executors; they must agree. */
async function run(graph: Graph, inputs: HostTensor[], constants?: HostTensor[]) {
  const [ort, wasm] = await Promise.all([
    runOn("onnxruntime", graph, inputs, constants),
    runOn("wasm", graph, inputs, constants),
  ]);
  for (const [index, output] of ort.entries()) {
    const reference = wasm[index] as HostTensor;
    expect(output.shape).toEqual(reference.shape);
    for (const [i, value] of output.data.entries()) expect(value).toBeCloseTo(reference.data[i] as number, 4);
  }
  return ort.map((output) => [...output.data]);
}

const ramp = (shape: number[]) => {
  const tensor = floats(shape);
  return { ...tensor, data: floatData(tensor).map((_, i) => Math.sin(i + 1)) };
};

afterEach(() => {
  delete process.env.PACORE_EXECUTOR;
});

test("a batched matrix product with transposed operands agrees on both executors", async () => {
  await run(
    (a, b) => [
      ops.matmul(a, ops.transpose(b, [0, 1, 3, 2])),
      ops.matmul(ops.transpose(a, [0, 2, 1, 3]), ops.transpose(b, [0, 2, 3, 1])),
    ],
    [ramp([2, 3, 3, 5]), ramp([2, 3, 3, 5])],
  );
});

test("matrix products of single rows, columns and depths agree", async () => {
  await run(
    (a, b, c) => [
      ops.matmul(a, b),
      ops.matmul(ops.transpose(b, [1, 0]), ops.transpose(a, [1, 0])),
      ops.matmul(ops.reshape(c, [4, 1]), ops.reshape(c, [1, 4])),
      ops.matmul(c, c),
    ],
    [ramp([1, 6]), ramp([6, 3]), ramp([4])],
  );
});

test("elementwise, reductions, movement and indexing agree", async () => {
  await run(
    (a, ids) => {
      const [left, right] = ops.split(a, [2], 1) as [Value, Value];
      return [
        ops.softmax(a),
        ops.logSoftmax(ops.multiply(a, 3)),
        ops.silu(ops.negative(a)),
        ops.maximum(ops.minimum(a, 0.5), -0.5),
        ops.flip(ops.concatenate([right, left], 1), 1),
        ops.mean(ops.square(a), 0, true),
        ops.divide(ops.exp(a), ops.sqrt(ops.add(ops.square(a), 1))),
        ops.take(a, ids, 0),
        ops.oneHot(ids, 5),
        ops.log(ops.sum(ops.exp(ops.subtract(a, 1)))),
      ];
    },
    [ramp([4, 6]), integers([3], Int32Array.of(3, 0, 2))],
  );
});

test("constants come before inputs and are stored in the program", async () => {
  const [sum] = await run(
    (a, b) => [ops.add(a, b)],
    [floats([2], Float32Array.of(1, 2))],
    [floats([2], Float32Array.of(10, 20))],
  );
  expect(sum).toEqual([11, 22]);
});

/** Emit the dot of two inputs of these graph shapes. */
function dotOf(left: number[], right: number[]): void {
  const scope = createScope();
  const operand = (name: string, shape: number[]) => {
    const atom = { aval: { shape, dtype: "float32" } } as unknown as Variable;
    scope.set(atom, { name, shape });
    return atom;
  };
  emitDot(scope, { inputs: [operand("a", left), operand("b", right)] } as unknown as Equation);
}

test("a large dot that is no matrix product is refused, not multiplied out", () => {
  // Rows of the left on both sides of the columns of the right: no matrix product has such a result.
  expect(() => dotOf([64, 1, 64, 16], [1, 64, 1, 16])).toThrow("is no matrix product");
  expect(() => dotOf([4, 1, 4, 16], [1, 4, 1, 16])).not.toThrow();
  expect(() => dotOf([512, 64, 64], [512, 64, 64])).not.toThrow();
});

test("an unknown executor in the environment is refused by name", async () => {
  process.env.PACORE_EXECUTOR = "cuda";
  await expect(createExecutor()).rejects.toThrow('PACORE_EXECUTOR is "cuda"');
});

test("the environment chooses the executor", async () => {
  process.env.PACORE_EXECUTOR = "wasm";
  expect((await createExecutor()).kind).toBe("wasm");
  delete process.env.PACORE_EXECUTOR;
  expect((await createExecutor()).kind).toBe("onnxruntime");
});

test("without onnxruntime-node programs run on Wasm, and asking for it says how to install it", async () => {
  vi.doMock("./ort.ts", () => ({ createOrtExecutor: () => Promise.reject(new Error("not found")) }));
  try {
    expect((await createExecutor()).kind).toBe("wasm");
    await expect(createExecutor({ kind: "onnxruntime" })).rejects.toThrow("npm install onnxruntime-node");
  } finally {
    vi.doUnmock("./ort.ts");
  }
});
