import { type Context, doubt } from "./compare-context.ts";
import { evaluate } from "./evaluate.ts";
import { evaluateExact } from "./evaluate-exact.ts";
import { type Expression, negate, number, type Of, type Operator, subtract, variable } from "./expression.ts";
import { isName, nameOf } from "./names.ts";
import { type Rational, rational, TOO_LARGE, toNumber } from "./rational.ts";
import { freeNames } from "./sample.ts";

/** One end of a piece: as written, as a double, and whether it belongs to the piece. */
interface End {
  e: Expression;
  x: number;
  closed: boolean;
}

/** An interval; a point is an interval from itself to itself. */
interface Piece {
  low: End;
  high: End;
}

/** A set of reals as disjoint pieces from left to right, and what its member is called if that was said. */
export interface RealSet {
  pieces: Piece[];
  name: string | undefined;
}

const INFINITY: Expression = { kind: "constant", name: "infinity" };
const LEFT: End = { e: negate(INFINITY), x: Number.NEGATIVE_INFINITY, closed: false };
const RIGHT: End = { e: INFINITY, x: Number.POSITIVE_INFINITY, closed: false };

const endAt = (e: Expression, closed: boolean, context: Context): End | undefined => {
  const [x, y] = evaluate(e, new Map(), context.fuel);
  return Number.isNaN(x) || y !== 0
    ? undefined
    : { e, x, closed: closed && Math.abs(x) !== Number.POSITIVE_INFINITY };
};

/** An answer as a set of reals, if it is one: an interval, points, a union, or an inequality that is solved or linear. */
export function toRealSet(e: Expression, context: Context): RealSet | undefined {
  switch (e.kind) {
    case "tuple":
      return interval(e, context);
    case "set":
      return points(e.items, context);
    case "number-set":
      return e.name === "R" ? { pieces: [{ low: LEFT, high: RIGHT }], name: undefined } : undefined;
    case "combine":
      return combined(e, context);
    case "relation":
      return solved(e, context);
    case "list":
      return alternatives(e, context);
    default:
      return undefined;
  }
}

function interval({ open, close, items }: Of<"tuple">, context: Context): RealSet | undefined {
  if (items.length !== 2) return undefined;
  return between(items[0] as Expression, open === "[", items[1] as Expression, close === "]", context);
}

function between(a: Expression, aClosed: boolean, b: Expression, bClosed: boolean, context: Context) {
  const low = endAt(a, aClosed, context);
  const high = endAt(b, bClosed, context);
  if (!low || !high || low.x > high.x) return undefined;
  return { pieces: [{ low, high }], name: undefined };
}

function points(items: Expression[], context: Context): RealSet | undefined {
  const pieces: Piece[] = [];
  for (const item of items) {
    const end = endAt(item, true, context);
    if (!end) return undefined;
    pieces.push({ low: end, high: end });
  }
  return { pieces: united(pieces), name: undefined };
}

function combined({ operation, of }: Of<"combine">, context: Context): RealSet | undefined {
  const sets: RealSet[] = [];
  for (const part of of) {
    const set = toRealSet(part, context) ?? (part.kind === "list" ? points(part.items, context) : undefined);
    if (!set) return undefined;
    sets.push(set);
  }
  const [first, ...rest] = sets as [RealSet, ...RealSet[]];
  let { pieces } = first;
  for (const { pieces: right } of rest) {
    if (operation === "∪") pieces = united(pieces.concat(right));
    else pieces = intersected(pieces, operation === "∩" ? right : complement(right));
  }
  return { pieces, name: first.name };
}

/** `x < 1 or x > 3`: any of them; `x > 1 and x < 3`: all of them. */
function alternatives({ items, joins }: Of<"list">, context: Context): RealSet | undefined {
  const isOr = joins.every((join) => join === "or");
  if (!isOr && !joins.every((join) => join === "and")) return undefined;
  if (!items.every(({ kind }) => kind === "relation")) return undefined;
  return combined({ kind: "combine", operation: isOr ? "∪" : "∩", of: items }, context);
}

const FLIPPED: Partial<Record<Operator, Operator>> = { "<": ">", ">": "<", "≤": "≥", "≥": "≤", "≠": "≠" };

/** x < 3, −1 ≤ f(x) < 2, 1 ≤ |z| ≤ 3/2, x ≠ 5. */
function solved({ operands, operators }: Of<"relation">, context: Context): RealSet | undefined {
  const [a, b, c] = operands as [Expression, Expression, Expression | undefined];
  const [first, second] = operators as [Operator, Operator | undefined];
  if (!FLIPPED[first] || operators.length > 2) return undefined;
  if (c === undefined || second === undefined) {
    if (isUnknown(a)) return bounded(a, [[first, b]], context);
    if (isUnknown(b)) return bounded(b, [[FLIPPED[first] as Operator, a]], context);
    return linear(a, first, b, context);
  }
  const rising = "<≤".includes(first) && "<≤".includes(second);
  const falling = ">≥".includes(first) && ">≥".includes(second);
  if (!isUnknown(b) || (!rising && !falling)) return undefined;
  const bounds: [Operator, Expression][] = [
    [FLIPPED[first] as Operator, a],
    [second, c],
  ];
  return bounded(b, bounds, context);
}

/** `2x + 1 < 5`: one unknown, to the first power, with rational coefficients. */
function linear(a: Expression, operator: Operator, b: Expression, context: Context): RealSet | undefined {
  const side = subtract(a, b);
  const [name, ...others] = freeNames(side);
  if (name === undefined || others.length > 0) return undefined;
  const at = (x: number) => evaluateExact(side, context.fuel, new Map([[name, rational(x)]]));
  const values = [at(0), at(1), at(-3)];
  if (!values.every((value) => value !== undefined && value !== TOO_LARGE)) return undefined;
  const [f0, f1, f3] = values.map((value) => toNumber(value as Rational)) as [number, number, number];
  const slope = f1 - f0;
  if (slope === 0 || Math.abs(f3 - (f0 - 3 * slope)) > 1e-9 * (Math.abs(f0) + Math.abs(slope)))
    return undefined;
  const zero = exactZero(values[0] as Rational, values[1] as Rational);
  return bounded(variable(name), [[slope > 0 ? operator : (FLIPPED[operator] as Operator), zero]], context);
}

/** Where the line through (0, p) and (1, q) is zero: p / (p − q). */
const exactZero = (p: Rational, q: Rational): Expression => ({
  kind: "divide",
  of: { kind: "rational", n: p.n * q.d, d: 1n },
  by: { kind: "rational", n: p.n * q.d - q.n * p.d, d: 1n },
});

const isUnknown = (e: Expression): boolean =>
  e.kind === "variable" ||
  e.kind === "apply" ||
  (e.kind === "call" && e.name === "abs" && e.of.every(isName));

function bounded(
  unknown: Expression,
  bounds: [Operator, Expression][],
  context: Context,
): RealSet | undefined {
  let pieces: Piece[] = [{ low: LEFT, high: RIGHT }];
  for (const [operator, bound] of bounds) {
    const end = endAt(bound, operator === "≤" || operator === "≥", context);
    if (!end) return undefined;
    if (operator === "≠")
      pieces = intersected(
        pieces,
        complement([{ low: { ...end, closed: true }, high: { ...end, closed: true } }]),
      );
    else if ("<≤".includes(operator)) pieces = intersected(pieces, [{ low: LEFT, high: end }]);
    else pieces = intersected(pieces, [{ low: end, high: RIGHT }]);
  }
  if (unknown.kind !== "call") return { pieces, name: nameOf(unknown) };
  const inside = intersected(pieces, [{ low: { e: number("0"), x: 0, closed: true }, high: RIGHT }]);
  return { pieces: united([...inside, ...inside.map(mirrored)]), name: nameOf(unknown.of[0] as Expression) };
}

const mirrored = ({ low, high }: Piece): Piece => ({ low: mirroredEnd(high), high: mirroredEnd(low) });
const mirroredEnd = ({ e, x, closed }: End): End => ({
  e: e.kind === "negate" ? e.of : negate(e),
  x: -x,
  closed,
});

/** Relative distance below which two ends are one; infinity is the same as nothing but itself. */
const SAME = 1e-12;
const same = (a: End, b: End): boolean =>
  a.x === b.x ||
  (Number.isFinite(a.x) &&
    Number.isFinite(b.x) &&
    Math.abs(a.x - b.x) <= SAME * Math.max(Math.abs(a.x), Math.abs(b.x)));

/** Sorted, with what touches or overlaps made one. */
function united(pieces: Piece[]): Piece[] {
  const sorted = [...pieces].sort((p, q) =>
    same(p.low, q.low) ? Number(q.low.closed) - Number(p.low.closed) : p.low.x - q.low.x,
  );
  const out: Piece[] = [];
  for (const piece of sorted) {
    const last = out.at(-1);
    const touches = last && same(last.high, piece.low) && (last.high.closed || piece.low.closed);
    if (!last || (!touches && (same(last.high, piece.low) || piece.low.x > last.high.x)))
      out.push({ ...piece });
    else last.high = furthest(last.high, piece.high);
  }
  return out;
}

const furthest = (a: End, b: End): End => (same(a, b) ? (a.closed ? a : b) : a.x > b.x ? a : b);
const tightestLow = (a: End, b: End): End => (same(a, b) ? (a.closed ? b : a) : a.x > b.x ? a : b);
const tightestHigh = (a: End, b: End): End => (same(a, b) ? (a.closed ? b : a) : a.x < b.x ? a : b);

function intersected(left: Piece[], right: Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const p of left)
    for (const q of right) {
      const low = tightestLow(p.low, q.low);
      const high = tightestHigh(p.high, q.high);
      if (same(low, high) ? low.closed && high.closed : low.x < high.x) out.push({ low, high });
    }
  return out;
}

function complement(pieces: Piece[]): Piece[] {
  const out: Piece[] = [];
  let low = LEFT;
  for (const piece of pieces) {
    if (piece.low.x !== Number.NEGATIVE_INFINITY)
      out.push({ low, high: { ...piece.low, closed: !piece.low.closed } });
    low = { ...piece.high, closed: !piece.high.closed };
  }
  if (low.x !== Number.POSITIVE_INFINITY) out.push({ low, high: RIGHT });
  return out;
}

/** Whether two sets have the same pieces; their ends are compared as numbers are. */
export function equalRealSets(a: RealSet, b: RealSet, context: Context): boolean {
  if (a.name !== undefined && b.name !== undefined && a.name !== b.name) return false;
  if (a.pieces.length > 200 || b.pieces.length > 200) return doubt(context, "a set has too many pieces");
  const ends = (p: End, q: End) => p.closed === q.closed && context.equal(p.e, q.e);
  return (
    a.pieces.length === b.pieces.length &&
    a.pieces.every((piece, k) => {
      const other = b.pieces[k] as Piece;
      return ends(piece.low, other.low) && ends(piece.high, other.high);
    })
  );
}
