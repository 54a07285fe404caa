import type { Jaxpr } from "@jax-js/jax";
import { createGraph, type Graph, type GraphTensor, sameShape } from "./onnx-graph.ts";
import type { OnnxType } from "./onnx-proto.ts";

/** One statement of a jaxpr; jax-js exports the type of the whole only. */
export type Equation = Jaxpr["eqns"][number];
/** A variable or a literal scalar. */
export type Atom = Equation["inputs"][number];
export type Variable = Jaxpr["inBinders"][number];

/** What emission knows so far: where every variable is in the graph, and which equation made it. */
export interface Scope {
  graph: Graph;
  /** The tensor of an atom, perhaps not yet broadcast to its full shape. */
  get(atom: Atom): GraphTensor;
  /** The name of an atom's tensor in its full shape. */
  force(atom: Atom): string;
  set(variable: Variable, tensor: GraphTensor): void;
  definition(atom: Atom): Equation | undefined;
  define(equation: Equation): void;
}

export function isVariable(atom: Atom): atom is Variable {
  return !("value" in atom);
}

export function createScope(): Scope {
  const graph = createGraph();
  const tensors = new Map<Variable, GraphTensor>();
  const expanded = new Map<Variable, string>();
  const definitions = new Map<Variable, Equation>();

  function get(atom: Atom): GraphTensor {
    if (!isVariable(atom)) return { name: graph.scalar(atom.value, atom.dtype as OnnxType), shape: [] };
    const tensor = tensors.get(atom);
    if (!tensor) throw new Error(`jaxpr uses ${atom} before it is defined`);
    return tensor;
  }

  function force(atom: Atom): string {
    const tensor = get(atom);
    const shape = atom.aval.shape;
    if (sameShape(tensor.shape, shape)) return tensor.name;
    const known = isVariable(atom) ? expanded.get(atom) : undefined;
    if (known !== undefined) return known;
    const name = graph.node("Expand", [tensor.name, graph.int64(shape)]);
    if (isVariable(atom)) expanded.set(atom, name);
    return name;
  }

  return {
    graph,
    get,
    force,
    set: (variable, tensor) => void tensors.set(variable, tensor),
    definition: (atom) => (isVariable(atom) ? definitions.get(atom) : undefined),
    define(equation) {
      for (const output of equation.outBinders) definitions.set(output, equation);
    },
  };
}
