import type { Expression } from "./expression.ts";

/**
 * Whether an expression only names what is asked for, so that `name = value` says no more than `value`: a variable,
 * f(x), |AB|, NO/BO, A : B, (p, q), words. A formula such as `x + y`, or `xy`, is an equation's side instead.
 */
export function isName(e: Expression): boolean {
  switch (e.kind) {
    case "variable":
    case "text":
      return true;
    case "constant":
      // As the name of something, a letter; nobody defines e or i.
      return e.name === "e" || e.name === "i";
    case "apply":
      return true;
    case "multiply":
      return e.of.every(isPoint);
    case "divide":
      return (isSegment(e.of) && isSegment(e.by)) || (isDifferential(e.of) && isDifferential(e.by));
    case "call":
      return e.name !== "factorial" && e.of.every(isSegment);
    case "ratio":
      return e.parts.every(isSegment);
    case "tuple":
      return e.items.every(isName);
    case "quantity":
      return isName(e.of);
    default:
      return false;
  }
}

/** A corner of a figure, `A` or `M_1`, or a mark on it, as in ∠ABC. */
const isPoint = (e: Expression): boolean => e.kind === "variable" && /^(?:[A-Z∠△]|vec:)/.test(e.name);

/** The dy of dy/dx. */
const isDifferential = (e: Expression): boolean =>
  e.kind === "multiply" &&
  e.of.length === 2 &&
  e.of.every(({ kind }) => kind === "variable") &&
  nameOf(e.of[0] as Expression) === "d";

const isSegment = (e: Expression): boolean =>
  e.kind === "variable" ||
  e.kind === "text" ||
  e.kind === "apply" ||
  (e.kind === "multiply" && e.of.every(isPoint));

/** A string that is the same for the same name, whatever the arguments of a function are called. */
export function nameOf(e: Expression): string {
  switch (e.kind) {
    case "variable":
    case "constant":
      return e.name;
    case "text":
      return e.text.toLowerCase();
    case "apply":
      return `${e.name}(${e.of.map((argument, k) => (argument.kind === "variable" ? `#${k}` : nameOf(argument))).join()})`;
    case "multiply":
    case "call":
      return `${e.kind === "call" ? e.name : ""}{${e.of.map(nameOf).sort().join()}}`;
    case "divide":
      return `${nameOf(e.of)}/${nameOf(e.by)}`;
    case "ratio":
      return e.parts.map(nameOf).join(":");
    case "tuple":
      return `(${e.items.map(nameOf).join()})`;
    case "number":
      return e.digits;
    case "quantity":
      return nameOf(e.of);
    default:
      return e.kind;
  }
}

/** f(x) = … and f(t) = … define one function: the second's argument gets the first's name. */
export function renamed(e: Expression, from: string, to: string): Expression {
  if (e.kind === "variable") return e.name === from ? { ...e, name: to } : e;
  const rename = (of: Expression) => renamed(of, from, to);
  switch (e.kind) {
    case "add":
    case "multiply":
    case "call":
    case "apply":
      return { ...e, of: e.of.map(rename) };
    case "negate":
    case "percent":
    case "degrees":
      return { ...e, of: rename(e.of) };
    case "divide":
      return { ...e, of: rename(e.of), by: rename(e.by) };
    case "power":
      return { ...e, of: rename(e.of), to: rename(e.to) };
    case "root":
      return { ...e, of: rename(e.of), degree: rename(e.degree) };
    case "relation":
      return { ...e, operands: e.operands.map(rename) };
    default:
      return e;
  }
}
