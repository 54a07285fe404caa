import { type Attribute, nodeProto, type OnnxType, tensorProto } from "./onnx-proto.ts";

/** A tensor in the graph: its name and the shape it really has there. */
export interface GraphTensor {
  name: string;
  /** Dimensions that are only broadcast are still 1 here; nothing is expanded before an operator needs it. */
  shape: readonly number[];
}

export type Graph = ReturnType<typeof createGraph>;

interface GraphNode {
  inputs: readonly string[];
  outputs: readonly string[];
  proto: Buffer;
}

/** Collects nodes and initializers; constants are shared. */
export function createGraph() {
  const nodes: GraphNode[] = [];
  const initializers: Buffer[] = [];
  const constants = new Map<string, string>();
  let count = 0;
  const fresh = () => `t${count++}`;

  function constant(key: string, dims: readonly number[], type: OnnxType, raw: () => Uint8Array): string {
    let name = constants.get(key);
    if (name === undefined) {
      name = fresh();
      initializers.push(tensorProto(name, dims, type, raw()));
      constants.set(key, name);
    }
    return name;
  }

  function nodeWithOutputs(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: Record<string, Attribute>,
    domain?: string,
  ) {
    nodes.push({ inputs, outputs, proto: nodeProto(operator, inputs, outputs, attributes, domain) });
  }

  function node(
    operator: string,
    inputs: readonly string[],
    attributes?: Record<string, Attribute>,
    domain?: string,
  ): string {
    const output = fresh();
    nodeWithOutputs(operator, inputs, [output], attributes, domain);
    return output;
  }

  const int64 = (values: readonly number[]) =>
    constant(`i64:${values.join()}`, [values.length], "int64", () =>
      bytesOf(BigInt64Array.from(values, (value) => BigInt(value))),
    );

  /** The nodes that `results` need. ONNX Runtime runs the others too: transposes that a product was read through. */
  function nodesFor(results: readonly string[]): Buffer[] {
    const needed = new Set(results);
    const live: Buffer[] = [];
    for (const { inputs, outputs, proto } of nodes.toReversed()) {
      if (!outputs.some((name) => needed.has(name))) continue;
      for (const name of inputs) needed.add(name);
      live.push(proto);
    }
    return live.reverse();
  }

  return {
    nodesFor,
    initializers,
    fresh,
    node,
    nodeWithOutputs,
    /** A list of integers, as operators take for shapes and axes. */
    int64,
    /** A scalar. */
    scalar: (value: number | boolean, type: OnnxType) =>
      constant(`${type}:${value}`, [], type, () => scalarBytes(value, type)),
    reshape: (tensor: GraphTensor, shape: readonly number[]): string =>
      sameShape(tensor.shape, shape) ? tensor.name : node("Reshape", [tensor.name, int64(shape)]),
  };
}

export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function scalarBytes(value: number | boolean, type: OnnxType): Uint8Array {
  if (type === "float32") return bytesOf(Float32Array.of(Number(value)));
  if (type === "bool") return Uint8Array.of(value ? 1 : 0);
  return bytesOf(Int32Array.of(Number(value)));
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** NumPy's broadcast of several shapes, which are known to be compatible. */
export function broadcastShape(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(...shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)),
  );
}
