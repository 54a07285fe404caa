import { broadcastShape, type GraphTensor, sameShape } from "./onnx-graph.ts";
import { type Atom, type Equation, isVariable, type Scope } from "./onnx-scope.ts";

/**
 * Above this many products a dot that is no matrix product is refused: multiplying out and summing once took
 * 20 GB and fifteen times as long, and nothing about the result showed it.
 */
const MAX_MULTIPLIED_OUT = 1 << 16;

const withoutUnits = (shape: readonly number[]) => shape.filter((size) => size !== 1);
const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

interface Side {
  atom: Atom;
  /** The shape in the graph, with leading ones up to the common rank. */
  shape: readonly number[];
}

/** An operand without unit dimensions; `swapped` when its last two dimensions are the other way round. */
interface Matrix {
  name: string;
  swapped: boolean;
}

/**
 * jax-js's dot is sum(x·y) over the last axis of two broadcast operands. Each other axis belongs to one
 * operand, to both (batch) or to neither; when they come as batch, rows of the left, columns of the right,
 * it is a (batched) matrix product.
 */
export function emitDot(scope: Scope, equation: Equation): GraphTensor {
  const [a, b] = equation.inputs as [Atom, Atom];
  const rank = Math.max(a.aval.shape.length, b.aval.shape.length);
  const side = (atom: Atom): Side => {
    const { shape } = scope.get(atom);
    return { atom, shape: [...Array<number>(rank - shape.length).fill(1), ...shape] };
  };
  const depth = Math.max(a.aval.shape.at(-1) ?? 1, b.aval.shape.at(-1) ?? 1);
  let [left, right] = [side(a), side(b)];
  if (/^b*N+M+$/.test(axes(left, right))) [left, right] = [right, left];
  const pattern = axes(left, right);
  const isProduct = /^b*M?N?$/.test(pattern) && /[MN]/.test(pattern);
  const full = left.shape.at(-1) === depth && right.shape.at(-1) === depth && depth > 1;
  return isProduct && full
    ? matrixProduct(scope, left, right, pattern, depth)
    : multiplyOut(scope, left, right, depth);
}

/** The owner of every axis but the last: M the left, N the right, b both; axes of neither are left out. */
function axes(left: Side, right: Side): string {
  return left.shape
    .slice(0, -1)
    .map((size, axis) => {
      const other = right.shape[axis];
      if (size === 1) return other === 1 ? "" : "N";
      return other === 1 ? "M" : "b";
    })
    .join("");
}

function outputShape(left: Side, right: Side): number[] {
  return broadcastShape(left.shape, right.shape).slice(0, -1);
}

function matrixProduct(scope: Scope, left: Side, right: Side, pattern: string, depth: number): GraphTensor {
  const batch = left.shape.slice(0, -1).filter((size, axis) => size !== 1 && right.shape[axis] !== 1);
  const operand = (side: Side, owner: string): Matrix =>
    pattern.includes(owner)
      ? peel(scope, side.atom)
      : {
          name: scope.graph.reshape(scope.get(side.atom), [...batch, 1, depth]),
          swapped: false,
        };
  const [x, y] = [operand(left, "M"), operand(right, "N")];
  const [transA, transB] = [x.swapped ? 1 : 0, y.swapped ? 0 : 1];
  const name = batch.length
    ? scope.graph.node("FusedMatMul", [x.name, y.name], { transA, transB }, "com.microsoft")
    : scope.graph.node("Gemm", [x.name, y.name], { transA, transB });
  const size = (side: Side, owner: string) =>
    pattern.includes(owner) ? (withoutUnits(side.shape).at(-2) as number) : 1;
  const shape = outputShape(left, right);
  const found = [...batch, size(left, "M"), size(right, "N")];
  return { name: scope.graph.reshape({ name, shape: found }, shape), shape };
}

/** Follow reshapes and transposes back to the operand they started from, so that no copy is made. */
function peel(scope: Scope, atom: Atom): Matrix {
  let current = atom;
  let swapped = false;
  for (;;) {
    const definition = scope.definition(current);
    const input = definition?.inputs[0];
    if (!definition || !input || !isVariable(input)) break;
    const from = scope.get(input).shape;
    if (definition.primitive === "reshape" || definition.primitive === "broadcast") {
      if (!sameShape(withoutUnits(from), withoutUnits(scope.get(current).shape))) break;
    } else if (definition.primitive === "transpose") {
      const swap = lastTwoSwapped(from, definition.params.perm as number[]);
      if (swap === undefined) break;
      if (swap) swapped = !swapped;
    } else break;
    current = input;
  }
  const base = scope.get(current);
  return { name: scope.graph.reshape(base, withoutUnits(base.shape)), swapped };
}

/** Whether a transpose, unit dimensions aside, swaps the last two (true), does nothing (false), or neither. */
function lastTwoSwapped(shape: readonly number[], permutation: readonly number[]): boolean | undefined {
  if (shape.length !== permutation.length) return undefined;
  const kept = permutation.filter((axis) => shape[axis] !== 1);
  const order = [...kept].sort((x, y) => x - y);
  const rank = kept.map((axis) => order.indexOf(axis));
  if (rank.every((from, to) => from === to)) return false;
  const last = rank.length - 1;
  const swapped = rank.every((from, to) => from === (to === last ? last - 1 : to === last - 1 ? last : to));
  return swapped ? true : undefined;
}

function multiplyOut(scope: Scope, left: Side, right: Side, depth: number): GraphTensor {
  const whole = broadcastShape(left.shape, right.shape);
  // As large as its operands it is a plain sum of products, which costs what it must.
  const operands = Math.max(product(left.shape), product(right.shape));
  if (product(whole) > Math.max(MAX_MULTIPLIED_OUT, operands)) {
    const shapes = `[${left.shape}] · [${right.shape}]`;
    throw new Error(`The dot ${shapes} is no matrix product; write the model so that it is one.`);
  }
  const { graph } = scope;
  const operand = (side: Side) => graph.reshape(scope.get(side.atom), side.shape);
  let name = graph.node("Mul", [operand(left), operand(right)]);
  // Neither side has the last axis yet: its copies would all be equal.
  if (whole.at(-1) !== depth) name = graph.node("Mul", [name, graph.scalar(depth, "float32")]);
  const axis = graph.int64([whole.length - 1]);
  return { name: graph.node("ReduceSum", [name, axis], { keepdims: 0 }), shape: whole.slice(0, -1) };
}
