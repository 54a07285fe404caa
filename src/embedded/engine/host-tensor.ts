/** Element types that cross the border between TypeScript and an executor. */
export type DataType = "float32" | "int32";

/** Shape and element type of one input or output of a program. */
export interface TensorSpec {
  dtype: DataType;
  shape: readonly number[];
}

/** A tensor in ordinary memory, row-major. */
export interface HostTensor extends TensorSpec {
  data: Float32Array | Int32Array;
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Wrap `data`, without a copy, as a tensor of `shape`. */
export function floats(
  shape: readonly number[],
  data: Float32Array = new Float32Array(elementCount(shape)),
): HostTensor {
  return { dtype: "float32", shape, data };
}

/** Wrap `data`, without a copy, as an integer tensor of `shape`. */
export function integers(
  shape: readonly number[],
  data: Int32Array = new Int32Array(elementCount(shape)),
): HostTensor {
  return { dtype: "int32", shape, data };
}

/** The `Float32Array` of a tensor that must be one. */
export function floatData(tensor: HostTensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new TypeError("expected a float32 tensor");
  return tensor.data;
}
