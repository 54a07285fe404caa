import { type Context, doubt } from "./compare-context.ts";
import { evaluate } from "./evaluate.ts";
import { type Expression, number, type Of, type Operator, subtract } from "./expression.ts";
import { complement, type End, intersected, LEFT, LINE, type Piece, RIGHT, united } from "./pieces.ts";
import { freeNames } from "./sample.ts";
import { asUnknown, solvedFor } from "./unknown.ts";

/** A set of reals as disjoint pieces from left to right, and what its member is called if that was said. */
export interface RealSet {
  pieces: Piece[];
  name: string | undefined;
}

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
      return e.name === "R" ? { pieces: [...LINE], name: undefined } : undefined;
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
  const names = new Set(sets.map(({ name }) => name).filter((name) => name !== undefined));
  if (names.size > 1) return undefined;
  const [first, ...rest] = sets as [RealSet, ...RealSet[]];
  let { pieces } = first;
  for (const { pieces: right } of rest) {
    if (operation === "∪") pieces = united(pieces.concat(right));
    else pieces = intersected(pieces, operation === "∩" ? right : complement(right));
  }
  return { pieces, name: [...names][0] };
}

/**
 * `x < 1 or x > 3`: any of them; `x > 1 and x < 3`, `x > 1, x < 3`: all of them, unless nothing is left then: people
 * also list the pieces of a set that way.
 */
function alternatives({ items, joins }: Of<"list">, context: Context): RealSet | undefined {
  if (!items.every(({ kind }) => kind === "relation")) return undefined;
  const hasOr = joins.includes("or");
  if (hasOr && joins.includes("and")) return undefined;
  const all = hasOr ? undefined : combined({ kind: "combine", operation: "∩", of: items }, context);
  if (all && all.pieces.length > 0) return all;
  return combined({ kind: "combine", operation: "∪", of: items }, context);
}

const FLIPPED: Partial<Record<Operator, Operator>> = {
  "<": ">",
  ">": "<",
  "≤": "≥",
  "≥": "≤",
  "≠": "≠",
  "=": "=",
};

/** x < 3, −1 ≤ f(x) < 2, 1 ≤ |z| ≤ 3/2, |2x + 1| < 5, x ≠ 5. */
function solved({ operands, operators }: Of<"relation">, context: Context): RealSet | undefined {
  const [a, b, c] = operands as [Expression, Expression, Expression | undefined];
  const [first, second] = operators as [Operator, Operator | undefined];
  if (!FLIPPED[first] || operators.length > 2) return undefined;
  if (c === undefined || second === undefined) {
    const flipped = FLIPPED[first] as Operator;
    return (
      bounded(a, [[first, b]], context) ??
      bounded(b, [[flipped, a]], context) ??
      bounded(subtract(a, b), [[first, number("0")]], context)
    );
  }
  const rising = "<≤".includes(first) && "<≤".includes(second);
  const falling = ">≥".includes(first) && ">≥".includes(second);
  if (!rising && !falling) return undefined;
  const bounds: [Operator, Expression][] = [
    [FLIPPED[first] as Operator, a],
    [second, c],
  ];
  return bounded(b, bounds, context);
}

/** Where the unknown on one side may be; the bounds are constants. */
function bounded(side: Expression, bounds: [Operator, Expression][], context: Context): RealSet | undefined {
  if (bounds.some(([, bound]) => freeNames(bound).size > 0)) return undefined;
  const unknown = asUnknown(side, context);
  if (!unknown) return undefined;
  let pieces = [...LINE];
  for (const [operator, bound] of bounds) {
    const end = endAt(bound, "≤≥=".includes(operator), context);
    if (!end) return undefined;
    if (operator === "≠") {
      const point = { ...end, closed: true };
      pieces = intersected(pieces, complement([{ low: point, high: point }]));
    } else if (operator === "=") pieces = intersected(pieces, [{ low: end, high: end }]);
    else if ("<≤".includes(operator)) pieces = intersected(pieces, [{ low: LEFT, high: end }]);
    else pieces = intersected(pieces, [{ low: end, high: RIGHT }]);
  }
  return { pieces: solvedFor(unknown, pieces), name: unknown.name };
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
