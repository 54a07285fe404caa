import type { ClosedJaxpr } from "@jax-js/jax";
import { emitDot } from "./onnx-dot.ts";
import { broadcastShape, bytesOf } from "./onnx-graph.ts";
import { modelProto, nodeProto, ONNX_TYPE, type OnnxType, tensorProto, valueInfo } from "./onnx-proto.ts";
import { createScope, type Equation, type Scope } from "./onnx-scope.ts";

type Emit = (scope: Scope, equation: Equation) => void;

const ELEMENTWISE: Record<string, string> = {
  add: "Add",
  mul: "Mul",
  max: "Max",
  min: "Min",
  neg: "Neg",
  reciprocal: "Reciprocal",
  sqrt: "Sqrt",
  exp: "Exp",
  log: "Log",
  sin: "Sin",
  cos: "Cos",
  where: "Where",
};
const COMPARE: Record<string, string> = { less: "Less", equal: "Equal", less_equal: "LessOrEqual" };
const REDUCE: Record<string, string> = { Add: "ReduceSum", Max: "ReduceMax", Min: "ReduceMin" };

const output = (equation: Equation) => equation.outBinders[0] as Equation["outBinders"][number];
const operand = (equation: Equation, index = 0) => equation.inputs[index] as Equation["inputs"][number];

const elementwise: Emit = (scope, equation) => {
  const inputs = equation.inputs.map(scope.get);
  const name = scope.graph.node(
    ELEMENTWISE[equation.primitive] as string,
    inputs.map((tensor) => tensor.name),
  );
  scope.set(output(equation), { name, shape: broadcastShape(...inputs.map((tensor) => tensor.shape)) });
};

const compare: Emit = (scope, equation) => {
  const inputs = equation.inputs.map(scope.get);
  const names = inputs.map((tensor) => tensor.name);
  const operator = COMPARE[equation.params.op as string];
  const name = operator
    ? scope.graph.node(operator, names)
    : scope.graph.node("Not", [scope.graph.node("Equal", names)]);
  scope.set(output(equation), { name, shape: broadcastShape(...inputs.map((tensor) => tensor.shape)) });
};

const cast: Emit = (scope, equation) => {
  const { name, shape } = scope.get(operand(equation));
  const to = ONNX_TYPE[equation.params.dtype as OnnxType];
  scope.set(output(equation), { name: scope.graph.node("Cast", [name], { to }), shape });
};

const reduce: Emit = (scope, equation) => {
  const operator = REDUCE[equation.params.op as string];
  if (!operator) throw new Error(`jaxpr → ONNX: no reduction ${equation.params.op}`);
  const inputs = [scope.force(operand(equation)), scope.graph.int64(equation.params.axis)];
  const name = scope.graph.node(operator, inputs, { keepdims: 0 });
  scope.set(output(equation), { name, shape: output(equation).aval.shape });
};

const reshape: Emit = (scope, equation) => {
  const from = operand(equation);
  const shape = equation.params.shape as number[];
  const name = scope.graph.reshape({ name: scope.force(from), shape: from.aval.shape }, shape);
  scope.set(output(equation), { name, shape });
};

const transpose: Emit = (scope, equation) => {
  const from = operand(equation);
  const perm = equation.params.perm as number[];
  const lazy = scope.get(from);
  const tensor =
    lazy.shape.length === perm.length ? lazy : { name: scope.force(from), shape: from.aval.shape };
  const name = scope.graph.node("Transpose", [tensor.name], { perm });
  scope.set(output(equation), { name, shape: perm.map((axis) => tensor.shape[axis] as number) });
};

/** New axes get size 1 only; whoever needs the full shape expands it. */
const broadcast: Emit = (scope, equation) => {
  const from = operand(equation);
  const lazy = scope.get(from);
  const rank = from.aval.shape.length;
  const tensor = lazy.shape.length === rank ? lazy : { name: scope.force(from), shape: from.aval.shape };
  const added = new Set(equation.params.axis as number[]);
  const rest = [...tensor.shape];
  const shape = (equation.params.shape as number[]).map((_, axis) =>
    added.has(axis) ? 1 : (rest.shift() as number),
  );
  scope.set(output(equation), { name: scope.graph.reshape(tensor, shape), shape });
};

const flip: Emit = (scope, equation) => {
  const axes = equation.params.axis as number[];
  const bound = (value: number) => scope.graph.int64(axes.map(() => value));
  const inputs = [
    scope.force(operand(equation)),
    bound(-1),
    bound(-2147483647),
    scope.graph.int64(axes),
    bound(-1),
  ];
  const name = scope.graph.node("Slice", inputs);
  scope.set(output(equation), { name, shape: output(equation).aval.shape });
};

const shrink: Emit = (scope, equation) => {
  const bounds = equation.params.slice as [number, number][];
  const starts = scope.graph.int64(bounds.map(([start]) => start));
  const ends = scope.graph.int64(bounds.map(([, end]) => end));
  const name = scope.graph.node("Slice", [scope.force(operand(equation)), starts, ends]);
  scope.set(output(equation), { name, shape: output(equation).aval.shape });
};

const pad: Emit = (scope, equation) => {
  const width = equation.params.width as [number, number][];
  const pads = scope.graph.int64([...width.map(([before]) => before), ...width.map(([, after]) => after)]);
  const name = scope.graph.node("Pad", [scope.force(operand(equation)), pads]);
  scope.set(output(equation), { name, shape: output(equation).aval.shape });
};

const concatenate: Emit = (scope, equation) => {
  const name = scope.graph.node("Concat", equation.inputs.map(scope.force), { axis: equation.params.axis });
  scope.set(output(equation), { name, shape: output(equation).aval.shape });
};

const split: Emit = (scope, equation) => {
  const names = equation.outBinders.map(() => scope.graph.fresh());
  const inputs = [scope.force(operand(equation)), scope.graph.int64(equation.params.sizes as number[])];
  scope.graph.nodeWithOutputs("Split", inputs, names, { axis: equation.params.axis });
  equation.outBinders.forEach((variable, index) => {
    scope.set(variable, { name: names[index] as string, shape: variable.aval.shape });
  });
};

const gather: Emit = (scope, equation) => {
  const { axis, outDim } = equation.params as { axis: number[]; outDim: number };
  if (axis.length !== 1 || outDim !== axis[0]) throw new Error("jaxpr → ONNX: gather on one axis only");
  const inputs = [scope.force(operand(equation)), scope.force(operand(equation, 1))];
  const name = scope.graph.node("Gather", inputs, { axis: outDim });
  scope.set(output(equation), { name, shape: output(equation).aval.shape });
};

/** The gradient of taking rows: add every row back to where it came from. */
const scatter: Emit = (scope, equation) => {
  const { axis, outDim, shape } = equation.params as { axis: number[]; outDim: number; shape: number[] };
  if (axis.length !== 1 || axis[0] !== 0 || outDim !== 0)
    throw new Error("jaxpr → ONNX: scatter of rows only");
  const indices = operand(equation, 1);
  const column = scope.graph.reshape({ name: scope.force(indices), shape: indices.aval.shape }, [
    ...indices.aval.shape,
    1,
  ]);
  const zeros = scope.graph.node("Expand", [scope.graph.scalar(0, "float32"), scope.graph.int64(shape)]);
  const rows = scope.graph.node("Cast", [column], { to: ONNX_TYPE.int64 });
  const inputs = [zeros, rows, scope.force(operand(equation))];
  scope.set(output(equation), { name: scope.graph.node("ScatterND", inputs, { reduction: "add" }), shape });
};

const EMITTERS: Record<string, Emit> = {
  ...Object.fromEntries(Object.keys(ELEMENTWISE).map((primitive) => [primitive, elementwise])),
  compare,
  cast,
  reduce,
  reshape,
  transpose,
  broadcast,
  flip,
  shrink,
  pad,
  concatenate,
  split,
  gather,
  scatter,
  stop_gradient: (scope, equation) => scope.set(output(equation), scope.get(operand(equation))),
  dot: (scope, equation) => scope.set(output(equation), emitDot(scope, equation)),
};

interface OnnxProgram {
  model: Uint8Array;
  inputNames: string[];
  outputNames: string[];
}

/**
 * Write a traced program as an ONNX model for ONNX Runtime.
 * @param constants How many leading inputs are baked in, with their values.
 * @throws On a primitive no model here has needed, and on a large dot that is no matrix product.
 */
export async function emitOnnx(
  closed: ClosedJaxpr,
  constants: readonly Float32Array[] = [],
): Promise<OnnxProgram> {
  const jaxpr = closed.jaxpr.flatten().simplify();
  const captured = closed.consts.length;
  const scope = createScope();
  const inputs: Buffer[] = [];
  const inputNames: string[] = [];
  for (const [index, variable] of jaxpr.inBinders.entries()) {
    const name = `in${index}`;
    const { shape, dtype } = variable.aval;
    scope.set(variable, { name, shape });
    const baked = index < captured ? await capturedData(closed, index) : constants[index - captured];
    if (baked) scope.graph.initializers.push(tensorProto(name, shape, dtype as OnnxType, bytesOf(baked)));
    else {
      inputs.push(valueInfo(name, dtype as OnnxType, shape));
      inputNames.push(name);
    }
  }
  for (const equation of jaxpr.eqns) {
    const emit = EMITTERS[equation.primitive];
    if (!emit) throw new Error(`jaxpr → ONNX: no emitter for ${equation}`);
    scope.define(equation);
    emit(scope, equation);
  }
  const outputNames = jaxpr.outs.map((_, index) => `out${index}`);
  const results = jaxpr.outs.map(scope.force);
  const identities = results.map((name, index) =>
    nodeProto("Identity", [name], [outputNames[index] as string]),
  );
  const outputs = jaxpr.outs.map((atom, index) =>
    valueInfo(outputNames[index] as string, atom.aval.dtype as OnnxType, atom.aval.shape),
  );
  const nodes = [...scope.graph.nodesFor(results), ...identities];
  const model = modelProto({ nodes, initializers: scope.graph.initializers, inputs, outputs });
  return { model, inputNames, outputNames };
}

/** The value of a constant the trace captured. */
async function capturedData(closed: ClosedJaxpr, index: number): Promise<ArrayBufferView> {
  const array = closed.consts[index] as unknown as {
    ref: { data(): Promise<ArrayBufferView> };
    dtype: string;
  };
  const data = await array.ref.data();
  return array.dtype === "bool" ? Uint8Array.from(data as Int32Array, (bit) => (bit ? 1 : 0)) : data;
}
