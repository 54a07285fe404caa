import { type Expression, negate } from "./expression.ts";

/** One end of a piece: as written, as a double, and whether it belongs to the piece. */
export interface End {
  e: Expression;
  x: number;
  closed: boolean;
}

/** An interval; a point is an interval from itself to itself. */
export interface Piece {
  low: End;
  high: End;
}

const INFINITY: Expression = { kind: "constant", name: "infinity" };
export const LEFT: End = { e: negate(INFINITY), x: Number.NEGATIVE_INFINITY, closed: false };
export const RIGHT: End = { e: INFINITY, x: Number.POSITIVE_INFINITY, closed: false };
/** The whole line. */
export const LINE: readonly Piece[] = [{ low: LEFT, high: RIGHT }];

/** Relative distance below which two ends are one; infinity is the same as nothing but itself. */
const SAME = 1e-12;
const same = (a: End, b: End): boolean =>
  a.x === b.x ||
  (Number.isFinite(a.x) &&
    Number.isFinite(b.x) &&
    Math.abs(a.x - b.x) <= SAME * Math.max(Math.abs(a.x), Math.abs(b.x)));

/** Sorted, with what touches or overlaps made one. */
export function united(pieces: Piece[]): Piece[] {
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

/** What both have. */
export function intersected(left: Piece[], right: Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const p of left)
    for (const q of right) {
      const low = tightestLow(p.low, q.low);
      const high = tightestHigh(p.high, q.high);
      if (same(low, high) ? low.closed && high.closed : low.x < high.x) out.push({ low, high });
    }
  return out;
}

/** What is left of the real line. */
export function complement(pieces: Piece[]): Piece[] {
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
