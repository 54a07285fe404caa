import type { Context } from "./compare-context.ts";
import { canonicalText } from "./compare-text.ts";
import type { Expression, Of } from "./expression.ts";
import { complement, united } from "./pieces.ts";
import { equalRealSets, type RealSet, toRealSet } from "./real-set.ts";

interface Row {
  value: Expression;
  /** Where the value holds: as a set of reals, else as the words for it, or the expression itself. */
  where: RealSet | string | Expression;
}

/** Whether two functions by cases have the same values under the same conditions, in any order. */
export function equalPiecewise(
  gold: Of<"piecewise">,
  prediction: Of<"piecewise">,
  context: Context,
): boolean {
  const [a, b] = [rowsOf(gold, context), rowsOf(prediction, context)];
  if (a.length !== b.length) return false;
  const left = new Set(b);
  return a.every((row) => {
    for (const other of left) {
      if (!equalConditions(row.where, other.where, context) || !context.equal(row.value, other.value))
        continue;
      left.delete(other);
      return true;
    }
    return false;
  });
}

const OTHERWISE = /^(?:otherwise|else|elsewhere|in all other cases)$/;

/** `otherwise` is what the other conditions leave, where that can be told. */
function rowsOf({ rows }: Of<"piecewise">, context: Context): Row[] {
  const read: Row[] = rows.map(([value, condition]) => ({ value, where: conditionOf(condition, context) }));
  const sets = read.map(({ where }) => where).filter(isRealSet);
  if (sets.length !== read.length - 1 || sets.length === 0) return read;
  const rest: RealSet = {
    pieces: complement(united(sets.flatMap(({ pieces }) => pieces))),
    name: sets[0]?.name,
  };
  return read.map((row) => (row.where === "otherwise" ? { ...row, where: rest } : row));
}

function conditionOf(e: Expression, context: Context): Row["where"] {
  if (e.kind !== "text") return toRealSet(e, context) ?? e;
  const words = canonicalText(e.text).replace(/^(?:if|for|when) /, "");
  return OTHERWISE.test(words) ? "otherwise" : words;
}

const isRealSet = (where: Row["where"]): where is RealSet => typeof where === "object" && "pieces" in where;

function equalConditions(a: Row["where"], b: Row["where"], context: Context): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  if (isRealSet(a) || isRealSet(b)) return isRealSet(a) && isRealSet(b) && equalRealSets(a, b, context);
  return context.equal(a, b);
}
