/**
 * The part of the ONNX protocol buffers (onnx.proto3) an emitter needs, written as bytes. A protobuf library
 * would be a dependency for six messages.
 */

/** TensorProto.DataType. */
export const ONNX_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9, uint32: 12 } as const;
export type OnnxType = keyof typeof ONNX_TYPE;

export type Attribute = number | string | readonly number[];

function varint(value: number | bigint): Buffer {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest ? low | 128 : low);
  } while (rest);
  return Buffer.from(bytes);
}

const integer = (field: number, value: number | bigint) => Buffer.concat([varint(field << 3), varint(value)]);

function bytes(field: number, value: Uint8Array | string): Buffer {
  const content = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
}

/** AttributeProto: integers, lists of integers and strings are all our operators take. */
function attribute(name: string, value: Attribute): Buffer {
  if (typeof value === "string") return Buffer.concat([bytes(1, name), bytes(4, value), integer(20, 3)]);
  if (typeof value === "number") return Buffer.concat([bytes(1, name), integer(3, value), integer(20, 2)]);
  return Buffer.concat([bytes(1, name), ...value.map((item) => integer(8, item)), integer(20, 7)]);
}

/** NodeProto. */
export function nodeProto(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Record<string, Attribute> = {},
  domain = "",
): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
    ...(domain ? [bytes(7, domain)] : []),
  ]);
}

/** TensorProto with raw little-endian data. */
export function tensorProto(name: string, dims: readonly number[], type: OnnxType, raw: Uint8Array): Buffer {
  return Buffer.concat([
    ...dims.map((dim) => integer(1, dim)),
    integer(2, ONNX_TYPE[type]),
    bytes(8, name),
    bytes(9, raw),
  ]);
}

/** ValueInfoProto of a tensor with known dimensions. */
export function valueInfo(name: string, type: OnnxType, shape: readonly number[]): Buffer {
  const dims = Buffer.concat(shape.map((dim) => bytes(1, integer(1, dim))));
  const tensor = Buffer.concat([integer(1, ONNX_TYPE[type]), bytes(2, dims)]);
  return Buffer.concat([bytes(1, name), bytes(2, bytes(1, tensor))]);
}

/** ModelProto: IR version 9, opset 18, and ONNX Runtime's own operators (for FusedMatMul). */
export function modelProto(graph: {
  nodes: readonly Buffer[];
  initializers: readonly Buffer[];
  inputs: readonly Buffer[];
  outputs: readonly Buffer[];
}): Uint8Array {
  const body = Buffer.concat([
    ...graph.nodes.map((node) => bytes(1, node)),
    bytes(2, "pacore"),
    ...graph.initializers.map((tensor) => bytes(5, tensor)),
    ...graph.inputs.map((info) => bytes(11, info)),
    ...graph.outputs.map((info) => bytes(12, info)),
  ]);
  const microsoft = Buffer.concat([bytes(1, "com.microsoft"), integer(2, 1)]);
  return Buffer.concat([integer(1, 9), bytes(7, body), bytes(8, integer(2, 18)), bytes(8, microsoft)]);
}
