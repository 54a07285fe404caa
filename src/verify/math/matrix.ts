import { add, type Expression, multiply, negate } from "./expression.ts";
import type { Fuel } from "./limits.ts";

const MAX_PRODUCT = 12;

/** Carries out sums, multiples and products of matrices; anything else stays as it is. */
export function reduceMatrices(e: Expression, fuel: Fuel): Expression {
  fuel.spend();
  switch (e.kind) {
    case "add":
      return combine(e.of, sumOf, e, fuel);
    case "multiply":
      return combine(e.of, (a, b) => productOf(a, b, fuel), e, fuel);
    case "negate": {
      const of = reduceMatrices(e.of, fuel);
      return of.kind === "matrix" ? mapEntries(of.rows, negate) : e;
    }
    case "divide": {
      const of = reduceMatrices(e.of, fuel);
      return of.kind === "matrix"
        ? mapEntries(of.rows, (entry) => ({ kind: "divide", of: entry, by: e.by }))
        : e;
    }
    case "power":
      return powerOf(e, fuel);
    case "call":
      return e.name === "det" ? determinant(e, fuel) : e;
    default:
      return e;
  }
}

const mapEntries = (rows: Expression[][], f: (entry: Expression) => Expression): Expression => ({
  kind: "matrix",
  rows: rows.map((row) => row.map(f)),
});

function combine(
  of: Expression[],
  f: (a: Expression, b: Expression) => Expression | undefined,
  whole: Expression,
  fuel: Fuel,
): Expression {
  const reduced = of.map((part) => reduceMatrices(part, fuel));
  if (!reduced.some(({ kind }) => kind === "matrix")) return whole;
  let total = reduced[0] as Expression;
  for (const part of reduced.slice(1)) {
    const next = f(total, part);
    if (!next) return whole;
    total = next;
  }
  return total;
}

function sumOf(a: Expression, b: Expression): Expression | undefined {
  if (a.kind !== "matrix" || b.kind !== "matrix") return undefined;
  if (a.rows.length !== b.rows.length || a.rows[0]?.length !== b.rows[0]?.length) return undefined;
  return {
    kind: "matrix",
    rows: a.rows.map((row, i) => row.map((entry, j) => add([entry, b.rows[i]?.[j] as Expression]))),
  };
}

function productOf(a: Expression, b: Expression, fuel: Fuel): Expression | undefined {
  if (a.kind !== "matrix" && b.kind !== "matrix") return multiply([a, b]);
  if (a.kind !== "matrix")
    return mapEntries((b as { rows: Expression[][] }).rows, (entry) => multiply([a, entry]));
  if (b.kind !== "matrix") return mapEntries(a.rows, (entry) => multiply([entry, b]));
  const inner = b.rows.length;
  if (a.rows[0]?.length !== inner || inner > MAX_PRODUCT || a.rows.length > MAX_PRODUCT) return undefined;
  fuel.spend(a.rows.length * inner * 4);
  const entry = (i: number, j: number) =>
    add(b.rows.map((row, k) => multiply([a.rows[i]?.[k] as Expression, row[j] as Expression])));
  return {
    kind: "matrix",
    rows: a.rows.map((_, i) => (b.rows[0] as Expression[]).map((_, j) => entry(i, j))),
  };
}

const MAX_POWER = 8n;

/** A small power, or the transpose. */
function powerOf(e: Expression & { kind: "power" }, fuel: Fuel): Expression {
  const of = reduceMatrices(e.of, fuel);
  if (of.kind !== "matrix") return e;
  if (e.to.kind === "variable" && e.to.name === "T") {
    return {
      kind: "matrix",
      rows: (of.rows[0] as Expression[]).map((_, j) => of.rows.map((row) => row[j] as Expression)),
    };
  }
  const exponent = e.to.kind === "number" && /^\d$/.test(e.to.digits) ? BigInt(e.to.digits) : 0n;
  if (exponent < 1n || exponent > MAX_POWER || of.rows.length > 3) return e;
  let total: Expression | undefined = of;
  for (let k = 1n; k < exponent && total; k++) total = productOf(total, of, fuel);
  return total ?? e;
}

/** By the first row, up to 3 × 3. */
function determinant(e: Expression & { kind: "call" }, fuel: Fuel): Expression {
  const of = reduceMatrices(e.of[0] as Expression, fuel);
  if (of.kind !== "matrix" || of.rows.length !== of.rows[0]?.length || of.rows.length > 3) return e;
  return determinantOf(of.rows);
}

function determinantOf(rows: Expression[][]): Expression {
  const [first = [], ...rest] = rows;
  if (rest.length === 0) return first[0] as Expression;
  return add(
    first.map((entry, j) => {
      const term = multiply([entry, determinantOf(rest.map((row) => row.filter((_, k) => k !== j)))]);
      return j % 2 === 0 ? term : negate(term);
    }),
  );
}
