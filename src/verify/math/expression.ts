type Constant = "pi" | "e" | "i" | "infinity";
export type Operator = "=" | "≠" | "<" | ">" | "≤" | "≥" | "≈" | "≡" | "∈" | "→";
export type Join = "," | ";" | "and" | "or";

/** An answer as read. Sums and products are flat, so that depth is bounded by nesting alone. */
export type Expression =
  /** A literal as written, `12.50`; its digits say how exact it claims to be. */
  | { kind: "number"; digits: string }
  /** A literal that is no decimal: `0.1\overline{6}`. */
  | { kind: "rational"; n: bigint; d: bigint }
  | { kind: "constant"; name: Constant }
  | { kind: "variable"; name: string }
  | { kind: "add"; of: Expression[] }
  | { kind: "multiply"; of: Expression[] }
  | { kind: "negate"; of: Expression }
  | { kind: "divide"; of: Expression; by: Expression }
  | { kind: "power"; of: Expression; to: Expression }
  | { kind: "root"; of: Expression; degree: Expression }
  /** A function known by name; `log` has its base as second argument. */
  | { kind: "call"; name: string; of: Expression[] }
  /** A function known by nothing but its name: `f(x)`. */
  | { kind: "apply"; name: string; of: Expression[] }
  | {
      kind: "series";
      operation: "sum" | "product";
      variable: string;
      from: Expression;
      to: Expression;
      of: Expression;
    }
  | { kind: "percent"; of: Expression }
  | { kind: "degrees"; of: Expression }
  | { kind: "plus-minus"; left: Expression | null; right: Expression; sign: 1 | -1 }
  /** `204_5`: digits in a base. */
  | { kind: "based"; digits: string; base: string }
  | { kind: "quantity"; of: Expression; unit: string }
  | { kind: "text"; text: string }
  /** Separated by commas or words, without brackets; `joins[i]` stands before `items[i + 1]`. */
  | { kind: "list"; items: Expression[]; joins: Join[] }
  /** In round or square brackets, two or more: a tuple or an interval. */
  | { kind: "tuple"; open: "(" | "["; close: ")" | "]"; items: Expression[] }
  | { kind: "set"; items: Expression[] }
  | { kind: "number-set"; name: string }
  | { kind: "combine"; operation: "∪" | "∩" | "∖"; of: Expression[] }
  | { kind: "matrix"; rows: Expression[][] }
  | { kind: "ratio"; parts: Expression[] }
  | { kind: "relation"; operands: Expression[]; operators: Operator[] }
  /** `3 \pmod 7`: all numbers that leave the same remainder; `17 \bmod 5` is the remainder itself. */
  | { kind: "residue"; of: Expression; modulus: Expression; isRemainder: boolean }
  /** Values and where they hold; a condition that is no mathematics is a text. */
  | { kind: "piecewise"; rows: [value: Expression, condition: Expression][] };

type Kind = Expression["kind"];
export type Of<K extends Kind> = Extract<Expression, { kind: K }>;

export const number = (digits: string): Expression => ({ kind: "number", digits });
export const variable = (name: string): Expression => ({ kind: "variable", name });
export const negate = (of: Expression): Expression => ({ kind: "negate", of });

export const add = (of: Expression[]): Expression =>
  of.length === 1 ? (of[0] as Expression) : { kind: "add", of };

export const multiply = (of: Expression[]): Expression =>
  of.length === 1 ? (of[0] as Expression) : { kind: "multiply", of };

export const subtract = (left: Expression, right: Expression): Expression => add([left, negate(right)]);

/** The expressions directly inside. */
export function children(e: Expression): Expression[] {
  switch (e.kind) {
    case "number":
    case "rational":
    case "constant":
    case "variable":
    case "based":
    case "text":
    case "number-set":
      return [];
    case "add":
    case "multiply":
    case "call":
    case "apply":
    case "combine":
      return e.of;
    case "negate":
    case "percent":
    case "degrees":
    case "quantity":
      return [e.of];
    case "divide":
      return [e.of, e.by];
    case "power":
      return [e.of, e.to];
    case "root":
      return [e.of, e.degree];
    case "series":
      return [e.from, e.to, e.of];
    case "plus-minus":
      return e.left ? [e.left, e.right] : [e.right];
    case "list":
    case "tuple":
    case "set":
      return e.items;
    case "matrix":
      return e.rows.flat();
    case "ratio":
      return e.parts;
    case "relation":
      return e.operands;
    case "residue":
      return [e.of, e.modulus];
    case "piecewise":
      return e.rows.flat();
    default:
      return e satisfies never;
  }
}

/** Whether `test` holds for the expression or anything inside it. */
export function some(e: Expression, test: (e: Expression) => boolean): boolean {
  return test(e) || children(e).some((child) => some(child, test));
}
