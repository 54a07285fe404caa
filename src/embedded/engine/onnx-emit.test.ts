import { expect, test } from "vitest";
import { emitOnnx } from "./onnx-emit.ts";
import { ops, type Value } from "./traced.ts";
import { traceGraph } from "./wasm.ts";

const float = (shape: number[]) => ({ dtype: "float32" as const, shape });

/** The program's operators, as they stand in the file. */
async function operatorsOf(graph: (...values: Value[]) => Value[], ...shapes: number[][]) {
  const { model } = await emitOnnx(await traceGraph(graph, shapes.map(float)));
  const text = Buffer.from(model).toString("latin1");
  return ["Transpose", "Gemm", "FusedMatMul", "Exp"].filter((operator) => text.includes(operator));
}

test("a product reads a transposed operand in place: the transpose is no part of the program", async () => {
  const linear = (x: Value, matrix: Value) => [ops.matmul(x, ops.transpose(matrix, [1, 0]))];
  expect(await operatorsOf(linear, [3, 4], [5, 4])).toEqual(["Gemm"]);
  const scores = (q: Value, k: Value) => [ops.matmul(q, ops.transpose(k, [0, 2, 1]))];
  expect(await operatorsOf(scores, [2, 3, 4], [2, 5, 4])).toEqual(["FusedMatMul"]);
});

test("what another result needs stays", async () => {
  const both = (x: Value, matrix: Value) => {
    const transposed = ops.transpose(matrix, [1, 0]);
    return [ops.matmul(x, transposed), ops.exp(transposed)];
  };
  expect(await operatorsOf(both, [3, 4], [5, 4])).toEqual(["Transpose", "Gemm", "Exp"]);
});
