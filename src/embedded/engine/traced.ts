import { type Array as JaxArray, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";

/**
 * jax-js counts references: every operation consumes its operands. Model code would be littered with `.ref`,
 * and one forgotten is a leak or a use after free. Here operations on a `Value` take their references
 * themselves, each result is noted in the arena of the enclosing `traced` call, and leaving the call disposes
 * all that is not returned. It costs nothing when a program runs, as code like this runs only to be traced.
 */
export class Value {
  readonly raw: JaxArray;

  constructor(raw: JaxArray) {
    if (!arena) throw new Error("A Value can only be made inside traced().");
    this.raw = raw;
    arena.push(this);
  }

  get shape(): number[] {
    return this.raw.shape;
  }
}

type Operand = Value | number;

let arena: Value[] | null = null;

const borrow = (x: Operand) => (x instanceof Value ? x.raw.ref : x) as JaxArray;

/** Turn a function of values into one of raw jax-js arrays that owns and frees its arguments. */
export function traced(fn: (...inputs: Value[]) => Value[]): (...inputs: JaxArray[]) => JaxArray[] {
  return (...inputs) => {
    const outer = arena;
    const scope: Value[] = [];
    arena = scope;
    try {
      const results = fn(...inputs.map((raw) => new Value(raw))).map((value) => value.raw.ref);
      for (const value of scope) value.raw.dispose();
      return results;
    } finally {
      arena = outer;
    }
  };
}

/**
 * Loss and its gradient with respect to `parameters`.
 * @param loss Gives `[loss, ...extras]`, the loss a scalar; the extras are not differentiated.
 * @returns The loss, the extras, and one gradient for each parameter.
 */
export function differentiate(
  loss: (parameters: Value[], inputs: Value[]) => Value[],
  parameters: Value[],
  inputs: Value[],
): { values: Value[]; gradients: Value[] } {
  const count = parameters.length;
  const raw = (leaves: JaxArray[], rest: JaxArray[]): [JaxArray, JaxArray[]] => {
    const run = traced((...all) => loss(all.slice(0, count), all.slice(count)));
    const [first, ...extras] = run(...leaves, ...rest);
    return [first as JaxArray, extras];
  };
  // The types of jax-js do not describe an auxiliary list of unknown length.
  const grad = valueAndGrad(raw as never, { hasAux: true }) as unknown as (
    leaves: JaxArray[],
    rest: JaxArray[],
  ) => [[JaxArray, JaxArray[]], JaxArray[]];
  const [[value, extras], gradients] = grad(parameters.map(borrow), inputs.map(borrow));
  return {
    values: [value, ...extras].map((array) => new Value(array)),
    gradients: gradients.map((array) => new Value(array)),
  };
}

const unary = (fn: (a: JaxArray) => JaxArray) => (a: Value) => new Value(fn(borrow(a)));
const binary = (fn: (a: JaxArray, b: JaxArray) => JaxArray) => (a: Operand, b: Operand) =>
  new Value(fn(borrow(a), borrow(b)));

/** The operations models are written in; the semantics are NumPy's. */
export const ops = {
  add: binary(np.add),
  subtract: binary(np.subtract),
  multiply: binary(np.multiply),
  divide: binary(np.divide),
  minimum: binary(np.minimum),
  maximum: binary(np.maximum),
  negative: unary(np.negative),
  exp: unary(np.exp),
  log: unary(np.log),
  sqrt: unary(np.sqrt),
  reciprocal: unary(np.reciprocal),
  square: unary(np.square),
  silu: unary(nn.silu),
  stopGradient: unary(lax.stopGradient as (a: JaxArray) => JaxArray),
  matmul: binary(np.matmul),
  sum: (a: Value, axis: number | null = null, keepdims = false) =>
    new Value(np.sum(borrow(a), axis, { keepdims })),
  mean: (a: Value, axis: number | null = null, keepdims = false) =>
    new Value(np.mean(borrow(a), axis, { keepdims })),
  reshape: (a: Value, shape: number[]) => new Value(borrow(a).reshape(shape)),
  transpose: (a: Value, axes: number[]) => new Value(borrow(a).transpose(axes)),
  flip: (a: Value, axis: number) => new Value(np.flip(borrow(a), axis)),
  concatenate: (values: Value[], axis: number) => new Value(np.concatenate(values.map(borrow), axis)),
  split: (a: Value, at: number[], axis: number) =>
    np.split(borrow(a), at, axis).map((raw: JaxArray) => new Value(raw)),
  take: (a: Value, indices: Value, axis: number) => new Value(np.take(borrow(a), borrow(indices), axis)),
  oneHot: (indices: Value, size: number) => new Value(nn.oneHot(borrow(indices), size)),
  softmax: (a: Value, axis = -1) => new Value(nn.softmax(borrow(a), axis)),
  logSoftmax: (a: Value, axis = -1) => new Value(nn.logSoftmax(borrow(a), axis)),
  constant: (data: Float32Array<ArrayBuffer>, shape: number[]) => new Value(np.array(data).reshape(shape)),
};
