import type { Context } from "./compare-context.ts";
import { asEquation, namedValue } from "./compare-relation.ts";
import type { Expression, Of } from "./expression.ts";
import { isName, nameOf } from "./names.ts";

/** The longest list whose order is ignored; matching is quadratic. */
const MAX_UNORDERED = 100;

/** The items of a bare list, with ± written out as two. */
export function itemsOf(e: Expression): Expression[] {
  if (e.kind === "list" || e.kind === "set") return e.items.flatMap(expanded);
  return expanded(e);
}

/** `1 ± √2` as its two values; ∓ takes the other sign than the ± beside it. */
export function expanded(e: Expression): Expression[] {
  if (e.kind === "relation" && e.operators.length === 1 && e.operators[0] === "=") {
    return expanded(e.operands[1] as Expression).map((right) => ({
      ...e,
      operands: [e.operands[0] as Expression, right],
    }));
  }
  const upper = signed(e, 1);
  return upper === e ? [e] : [upper, signed(e, -1)];
}

function signed(e: Expression, sign: 1 | -1): Expression {
  const inner = (of: Expression) => signed(of, sign);
  const all = (of: Expression[]) => {
    const out = of.map(inner);
    return out.every((part, k) => part === of[k]) ? of : out;
  };
  switch (e.kind) {
    case "plus-minus": {
      const right = inner(e.right);
      const term: Expression = e.sign * sign > 0 ? right : { kind: "negate", of: right };
      return e.left ? { kind: "add", of: [inner(e.left), term] } : term;
    }
    case "add":
    case "multiply": {
      const of = all(e.of);
      return of === e.of ? e : { ...e, of };
    }
    case "tuple": {
      const items = all(e.items);
      return items === e.items ? e : { ...e, items };
    }
    case "divide": {
      const [of, by] = all([e.of, e.by]) as [Expression, Expression];
      return of === e.of && by === e.by ? e : { ...e, of, by };
    }
    case "negate": {
      const of = inner(e.of);
      return of === e.of ? e : { ...e, of };
    }
    default:
      return e;
  }
}

/** Same items in the same order. */
export const equalInOrder = (a: Expression[], b: Expression[], { equal }: Context): boolean =>
  a.length === b.length && a.every((item, k) => equal(item, b[k] as Expression));

/** Same items in any order. */
export function equalUnordered(a: Expression[], b: Expression[], context: Context): boolean {
  if (a.length !== b.length) return false;
  if (a.length > MAX_UNORDERED) return equalInOrder(a, b, context);
  const left = new Set(b.keys());
  return a.every((item) => {
    for (const k of left) {
      if (!context.equal(item, b[k] as Expression)) continue;
      left.delete(k);
      return true;
    }
    return false;
  });
}

/** Every item of one is in the other, however often. */
export function equalAsSets(a: Expression[], b: Expression[], context: Context): boolean {
  if (a.length > MAX_UNORDERED || b.length > MAX_UNORDERED) return equalInOrder(a, b, context);
  return (
    a.every((item) => b.some((other) => context.equal(item, other))) &&
    b.every((other) => a.some((item) => context.equal(item, other)))
  );
}

/** Bare lists: as they are, without their names, or as the tuples that named values make. */
export function equalLists(gold: Expression, prediction: Expression, context: Context): boolean {
  if (isRestated(gold, prediction)) return gold.items.every((item) => context.equal(item, prediction));
  if (isRestated(prediction, gold)) return prediction.items.every((item) => context.equal(gold, item));
  const a = namedItems(itemsOf(gold));
  const b = namedItems(itemsOf(prediction));
  const equal = context.options.listOrder === "kept" ? equalInOrder : equalUnordered;
  if (a.tuples || b.tuples) {
    const [x, y] = [a.tuples ?? a.items, b.tuples ?? b.items];
    if (equal(x, y, context)) return true;
    if (x.length === 1 && y.length > 1 && context.equal(x[0] as Expression, tuple(y))) return true;
  }
  // Where one side alone says which value is whose, the other must keep that order.
  if ((a.distinct && b.unnamed) || (b.distinct && a.unnamed)) {
    return a.values !== undefined && b.values !== undefined && equalInOrder(a.values, b.values, context);
  }
  if (equal(a.items, b.items, context)) return true;
  if (!a.values || !b.values || (a.distinct && b.distinct)) return false;
  return equal(a.values, b.values, context);
}

/** `1/4 or 25%` beside a single value: the same in other words. */
const isRestated = (e: Expression, other: Expression): e is Of<"list"> =>
  e.kind === "list" && e.joins.every((join) => join === "or") && itemsOf(other).length === 1;

const tuple = (items: Expression[]): Expression => ({ kind: "tuple", open: "(", close: ")", items });

interface NamedItems {
  items: Expression[];
  /** Without the names; `undefined` if an item is an equation between formulas. */
  values: Expression[] | undefined;
  /** The values stand for different names. */
  distinct: boolean;
  unnamed: boolean;
  /** `p = 5, q = 2; p = 7, q = 2` as (5, 2), (7, 2). */
  tuples: Expression[] | undefined;
}

function namedItems(items: Expression[]): NamedItems {
  const equations = items.map(asEquation);
  const names = equations.map((equation) =>
    equation && isName(equation.left) ? nameOf(equation.left) : undefined,
  );
  const known = names.filter((name) => name !== undefined);
  const unnamed = equations.every((equation) => equation === undefined);
  const values = equations.map((equation, k) => (equation ? namedValue(equation) : (items[k] as Expression)));
  return {
    items,
    values: unnamed ? items : values.every((value) => value !== undefined) ? values : undefined,
    distinct: known.length > 1 && new Set(known).size === known.length && !areSolutions(known),
    unnamed,
    tuples:
      known.length === items.length && items.length > 1 ? tuplesOf(known, values as Expression[]) : undefined,
  };
}

/** x₁, x₂, …: numbered solutions, in no order that means anything. */
const areSolutions = (names: string[]): boolean =>
  names.every((name, k) => /^[nrtwxz]_\d+$/.test(name) && name === `${names[0]?.[0]}_${k + 1}`);

/** What is said about the names in a bare list: none, one for each value, or another arrangement. */
export function naming(e: Expression): "none" | "distinct" | "other" {
  const { unnamed, distinct } = namedItems(itemsOf(e));
  return unnamed ? "none" : distinct ? "distinct" : "other";
}

/** The names repeat in the same order: each round of them is one tuple. */
function tuplesOf(names: string[], values: Expression[]): Expression[] | undefined {
  const period = new Set(names).size;
  if (period < 2 || !names.every((name, k) => name === names[k % period])) return undefined;
  return Array.from({ length: names.length / period }, (_, k) =>
    tuple(values.slice(k * period, (k + 1) * period)),
  );
}

/** A tuple or an interval, or a bare list in its order. */
export function equalTuples(gold: Of<"tuple">, prediction: Of<"tuple">, context: Context): boolean {
  return (
    gold.open === prediction.open &&
    gold.close === prediction.close &&
    equalInOrder(gold.items, prediction.items, context)
  );
}
