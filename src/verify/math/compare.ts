import { comparable } from "./comparable.ts";
import { type Context, doubt } from "./compare-context.ts";
import { equalAsSets, equalInOrder, equalLists, equalTuples, itemsOf, naming } from "./compare-list.ts";
import { equalPiecewise } from "./compare-piecewise.ts";
import {
  asEquation,
  equalEquations,
  equalInequalities,
  namedValue,
  withoutApproximation,
} from "./compare-relation.ts";
import { equalResidues } from "./compare-residue.ts";
import { equalScalars } from "./compare-scalar.ts";
import { equalTexts } from "./compare-text.ts";
import type { Expression, Of } from "./expression.ts";
import { Fuel, LIMITS } from "./limits.ts";
import { reduceMatrices } from "./matrix.ts";
import { isName } from "./names.ts";
import type { MathOptions } from "./options.ts";
import { equalRealSets, toRealSet } from "./real-set.ts";
import { canonicalUnit, wordsBesideUnit } from "./units.ts";

/** Whether two answers are equal, or else whether we are sure that they are not. */
export interface Comparison {
  equal: boolean;
  /** Why a difference is in doubt; empty if the two are surely different. */
  doubts: readonly string[];
}

/**
 * Compares a prediction with the gold answer.
 * @throws {OutOfFuelError} if that takes more steps than `fuel` has.
 */
export function compare(
  gold: Expression,
  prediction: Expression,
  options: MathOptions = {},
  fuel: Fuel = new Fuel(LIMITS.fuel),
): Comparison {
  const context: Context = {
    options,
    fuel,
    doubts: [],
    equal: (a, b) => equal(a, b, context),
  };
  const same = equal(gold, prediction, context);
  return { equal: same, doubts: same ? [] : context.doubts };
}

function equal(gold: Expression, prediction: Expression, context: Context): boolean {
  context.fuel.spend(4);
  const [a, b] = comparable(simplified(gold, context), simplified(prediction, context));
  if (a.kind === "text" || b.kind === "text") return equalTexts(a, b, context);
  return (
    equalMemberships(a, b, context) ??
    equalRelations(a, b, context) ??
    equalCollections(a, b, context) ??
    equalQuantities(a, b, context)
  );
}

function simplified(e: Expression, context: Context): Expression {
  const exact = withoutApproximation(e);
  return reduceMatrices(
    exact.kind === "list" && exact.items.length === 1 ? (exact.items[0] as Expression) : exact,
    context.fuel,
  );
}

/** `x ∈ S` is S. */
function equalMemberships(a: Expression, b: Expression, context: Context): boolean | undefined {
  const [x, y] = [memberOf(a), memberOf(b)];
  return x || y ? context.equal(x ?? a, y ?? b) : undefined;
}

function memberOf(e: Expression): Expression | undefined {
  if (e.kind !== "relation" || e.operators.length !== 1 || e.operators[0] !== "∈") return undefined;
  return isName(e.operands[0] as Expression) ? e.operands[1] : undefined;
}

function equalRelations(a: Expression, b: Expression, context: Context): boolean | undefined {
  const [x, y] = [asEquation(a), asEquation(b)];
  if (x && y) return equalEquations(x, y, context);
  if (x && b.kind !== "relation") return equalToValue(namedValue(x), (value) => context.equal(value, b));
  if (y && a.kind !== "relation") return equalToValue(namedValue(y), (value) => context.equal(a, value));
  const inequalities = [a, b].filter(({ kind }) => kind === "relation");
  if (inequalities.length === 0) return undefined;
  if (x || y) return false;
  return equalConditions(a, b, context);
}

const equalToValue = (value: Expression | undefined, test: (value: Expression) => boolean): boolean =>
  value !== undefined && test(value);

/** At least one of the two is an inequality. */
function equalConditions(a: Expression, b: Expression, context: Context): boolean {
  const reversed = a.kind !== "relation" && a.kind !== "list" && b.kind === "relation";
  if (reversed && context.options.inequalityForSet !== true) return false;
  const [x, y] = [toRealSet(a, context), toRealSet(b, context)];
  if (x && y) return equalRealSets(x, y, context);
  return a.kind === "relation" && b.kind === "relation" && equalInequalities(a, b, context);
}

const isList = (e: Expression): boolean =>
  e.kind === "list" || e.kind === "plus-minus" || itemsOf(e).length > 1;

/** Lists, sets, tuples, intervals, matrices, ratios. `undefined`: neither is one. */
function equalCollections(a: Expression, b: Expression, context: Context): boolean | undefined {
  if (a.kind === "piecewise" || b.kind === "piecewise")
    return a.kind === "piecewise" && b.kind === "piecewise" && equalPiecewise(a, b, context);
  if (a.kind === "matrix" || b.kind === "matrix") return equalMatrices(a, b, context);
  if (a.kind === "ratio" || b.kind === "ratio")
    return a.kind === "ratio" && b.kind === "ratio" && equalInOrder(a.parts, b.parts, context);
  if (a.kind === "set" || b.kind === "set") return equalSets(a, b, context);
  if (a.kind === "tuple" && b.kind === "tuple") return equalTuples(a, b, context);
  if (a.kind === "tuple" || b.kind === "tuple") return equalToTuple(a, b, context);
  if (isList(a) || isList(b)) return equalLists(a, b, context) || equalAsReals(a, b, context);
  if (isSetLike(a) || isSetLike(b)) return isSameLetter(a, b) || equalAsReals(a, b, context);
  if (a.kind === "residue" || b.kind === "residue") return equalResidues(a, b, context);
  return undefined;
}

const isSetLike = ({ kind }: Expression): boolean => kind === "combine" || kind === "number-set";

/** `\mathbf{R}`, or R, for ℝ. */
const isSameLetter = (a: Expression, b: Expression): boolean =>
  (a.kind === "variable" || b.kind === "variable") && "name" in a && "name" in b && a.name === b.name;

function equalMatrices(a: Expression, b: Expression, context: Context): boolean {
  if (a.kind !== "matrix" || b.kind !== "matrix") return false;
  return (
    a.rows.length === b.rows.length &&
    a.rows.every((row, k) => equalInOrder(row, b.rows[k] as Expression[], context))
  );
}

/** Against a set, the order and the repetitions of a list do not count; a single value is a set of one. */
function equalSets(a: Expression, b: Expression, context: Context): boolean {
  if (isSetLike(a) || isSetLike(b)) return equalAsReals(a, b, context);
  if (a.kind === "tuple" || b.kind === "tuple") return false;
  if (naming(a) === "distinct" || naming(b) === "distinct") return false;
  return equalAsSets(itemsOf(a).map(unnamed), itemsOf(b).map(unnamed), context);
}

/** An item of a set without the name of the unknown. */
function unnamed(e: Expression): Expression {
  const equation = asEquation(e);
  return (equation && namedValue(equation)) ?? e;
}

/** A tuple against a bare list: item by item; against a union: as an interval. */
function equalToTuple(a: Expression, b: Expression, context: Context): boolean {
  const [tuple, other] = a.kind === "tuple" ? [a, b] : [b as Of<"tuple">, a];
  if (isSetLike(other) || isConditions(other)) return equalAsReals(a, b, context);
  // Two numbers in square brackets, or in unlike ones, are an interval.
  const isInterval = tuple.open === "[" ? tuple.items.length === 2 : false;
  if (!isList(other) || isInterval || (tuple.open === "(") !== (tuple.close === ")")) return false;
  // `x = 1 or x = 2` are two values of one thing.
  if (naming(other) === "other" || (other.kind === "list" && other.joins.includes("or"))) return false;
  const items = itemsOf(other).map(unnamed);
  return a === tuple ? equalInOrder(tuple.items, items, context) : equalInOrder(items, tuple.items, context);
}

/** `x > 0 and x < 5`. */
const isConditions = (e: Expression): boolean =>
  e.kind === "list" && e.items.every((item) => item.kind === "relation" && !asEquation(item));

function equalAsReals(a: Expression, b: Expression, context: Context): boolean {
  // Beside a union a bare list, `{1, 3} ∪ {2}`, is a set, or one of intervals a union.
  const asSet = (e: Expression, other: Expression): Expression => {
    if (e.kind !== "list" || !isSetLike(other) || e.items.some(({ kind }) => kind === "relation")) return e;
    return e.items.every(({ kind }) => kind === "tuple")
      ? { kind: "combine", operation: "∪", of: e.items }
      : { kind: "set", items: e.items };
  };
  const [x, y] = [toRealSet(asSet(a, b), context), toRealSet(asSet(b, a), context)];
  if (x && y) return equalRealSets(x, y, context);
  if (a.kind === "number-set" && b.kind === "number-set") return a.name === b.name;
  if (a.kind === "combine" && b.kind === "combine")
    return (
      a.operation === b.operation && (a.operation === "∖" ? equalInOrder : equalAsSets)(a.of, b.of, context)
    );
  return false;
}

/** Numbers and formulas, with their units and percent signs. */
function equalQuantities(a: Expression, b: Expression, context: Context): boolean {
  if (a.kind === "quantity" || b.kind === "quantity") {
    const [x, y] = [unitOf(a), unitOf(b)];
    if (x !== "" && y !== "" && (x !== y || otherWords(a, b))) return false;
    return context.equal(withoutUnit(a), withoutUnit(b));
  }
  if (a.kind === "based" || b.kind === "based") {
    return a.kind === "based" && b.kind === "based" && a.digits === b.digits && a.base === b.base;
  }
  const [x, y] = [withoutDegrees(a), withoutDegrees(b)];
  if ((x !== a || y !== b) && equalScalars(x, y, context)) return true;
  if (context.options.percent === "either" && (a.kind === "percent") !== (b.kind === "percent")) {
    if (equalScalars(withoutPercent(a), withoutPercent(b), context)) return true;
  }
  if (!isScalar(a) || !isScalar(b)) return doubt(context, "an answer is of a kind that is not compared");
  return equalScalars(a, b, context);
}

/** Red balls and blue balls. */
function otherWords(a: Expression, b: Expression): boolean {
  if (a.kind !== "quantity" || b.kind !== "quantity") return false;
  const [p, q] = [wordsBesideUnit(a.unit), wordsBesideUnit(b.unit)];
  return p.length > 0 && q.length > 0 && !p.some((word) => q.includes(word));
}

const unitOf = (e: Expression): string => (e.kind === "quantity" ? canonicalUnit(e.unit) : "");
const withoutUnit = (e: Expression): Expression => (e.kind === "quantity" ? e.of : e);
const withoutPercent = (e: Expression): Expression => (e.kind === "percent" ? e.of : e);

/** 90° is 90; in a formula, where it does not stand alone, it is π/2. */
function withoutDegrees(e: Expression): Expression {
  if (e.kind !== "negate") return e.kind === "degrees" ? e.of : e;
  return e.of.kind === "degrees" ? { kind: "negate", of: e.of.of } : e;
}

const COLLECTIONS = new Set([
  "list",
  "tuple",
  "set",
  "combine",
  "matrix",
  "ratio",
  "relation",
  "number-set",
  "text",
  "residue",
  "piecewise",
]);
const isScalar = ({ kind }: Expression): boolean => !COLLECTIONS.has(kind);
