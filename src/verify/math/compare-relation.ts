import type { Context } from "./compare-context.ts";
import { type Expression, type Of, type Operator, subtract } from "./expression.ts";
import { isName, nameOf, renamed } from "./names.ts";
import { numeratorOf } from "./numerator.ts";
import { constantRatio, freeNames } from "./sample.ts";

/** `name = value`, or an equation between two formulas. */
export interface Equation {
  left: Expression;
  right: Expression;
}

/**
 * A chain of equalities as its first and its last side: `x = 5 + 6 = 11` says x = 11. What follows ≈ is an
 * approximation of it and is dropped, unless the name alone stands before it.
 */
export function asEquation(e: Expression): Equation | undefined {
  if (e.kind !== "relation") return undefined;
  const { operands, operators } = e;
  let end = operators.findIndex((operator) => operator === "≈" || operator === "→");
  if (end === 0 && operators.length === 1 && isName(operands[0] as Expression)) end = -1;
  const kept = end === -1 ? operators : operators.slice(0, end);
  if (
    kept.length === 0 ||
    !kept.every((operator) => operator === "=" || operator === "≈" || operator === "≡")
  )
    return undefined;
  return { left: operands[0] as Expression, right: operands[kept.length] as Expression };
}

/** What an answer amounts to without its approximations: `\frac{1}{3} \approx 0.33` is the fraction. */
export function withoutApproximation(e: Expression): Expression {
  if (e.kind !== "relation" || e.operators[0] !== "≈" || isName(e.operands[0] as Expression)) return e;
  return e.operands[0] as Expression;
}

/** What an equation gives a value to: a name, or a calculation such as 2 + 3. A formula's equation has no value. */
export function namedValue({ left, right }: Equation): Expression | undefined {
  const isCalculation = isFormula({ left, right }) && freeNames(left).size + freeNames(right).size === 0;
  if (isName(left) || isCalculation) return right;
  return isName(right) && isFormula({ left, right }) && freeNames(left).size === 0 ? left : undefined;
}

export function equalEquations(gold: Equation, prediction: Equation, context: Context): boolean {
  if (isName(gold.left) && isName(prediction.left)) {
    if (nameOf(gold.left) === nameOf(prediction.left)) return equalDefinitions(gold, prediction, context);
    if (gold.left.kind === "apply" || prediction.left.kind === "apply") return false;
  }
  if (!isFormula(gold) || !isFormula(prediction)) {
    return context.equal(gold.left, prediction.left) && context.equal(gold.right, prediction.right);
  }
  const a = subtract(gold.left, gold.right);
  const b = subtract(prediction.left, prediction.right);
  if (freeNames(a).size === 0 || freeNames(b).size === 0) return false;
  if (constantRatio(a, b, context) !== undefined) return true;
  const [x, y] = [numeratorOf(a, context.fuel), numeratorOf(b, context.fuel)];
  return (x !== a || y !== b) && constantRatio(x, y, context) !== undefined;
}

/** The arguments of a function may be called differently in the two definitions. */
function equalDefinitions(gold: Equation, prediction: Equation, context: Context): boolean {
  return context.equal(withPlainArguments(gold), withPlainArguments(prediction));
}

function withPlainArguments({ left, right }: Equation): Expression {
  if (left.kind !== "apply") return right;
  return left.of.reduce(
    (body, argument, k) => (argument.kind === "variable" ? renamed(body, argument.name, `#${k}`) : body),
    right,
  );
}

const STRUCTURES = new Set([
  "list",
  "tuple",
  "set",
  "combine",
  "matrix",
  "ratio",
  "text",
  "relation",
  "number-set",
  "residue",
  "piecewise",
]);
const isFormula = ({ left, right }: Equation): boolean =>
  !STRUCTURES.has(left.kind) && !STRUCTURES.has(right.kind);

const DIRECTION: Partial<Record<Operator, [sign: 1 | -1, strict: boolean]>> = {
  "<": [1, true],
  "≤": [1, false],
  ">": [-1, true],
  "≥": [-1, false],
};

/** Two inequalities that say the same, though neither is solved: `2x + y < 4` and `-y > 2x - 4`. */
export function equalInequalities(
  gold: Of<"relation">,
  prediction: Of<"relation">,
  context: Context,
): boolean {
  if (gold.operators.length !== prediction.operators.length) return false;
  if (gold.operators.length > 1) return equalChains(gold, prediction, context);
  const [x, y] = [DIRECTION[gold.operators[0] as Operator], DIRECTION[prediction.operators[0] as Operator]];
  const both = gold.operators[0] === "≠" && prediction.operators[0] === "≠";
  if (!both && (!x || !y || x[1] !== y[1])) return false;
  const [a, b] = [gold, prediction].map(({ operands }) =>
    subtract(operands[0] as Expression, operands[1] as Expression),
  );
  const ratio = constantRatio(a as Expression, b as Expression, context);
  if (ratio === undefined) return false;
  return both || ratio * (x?.[0] ?? 1) * (y?.[0] ?? 1) > 0;
}

const REVERSED: Partial<Record<Operator, Operator>> = { "<": ">", ">": "<", "≤": "≥", "≥": "≤" };

/** Side by side, in the same direction or the other. */
function equalChains(gold: Of<"relation">, prediction: Of<"relation">, context: Context): boolean {
  const matches = (operands: Expression[], operators: (Operator | undefined)[]) =>
    gold.operators.every((operator, k) => operator === operators[k]) &&
    gold.operands.every((operand, k) => context.equal(operand, operands[k] as Expression));
  return (
    matches(prediction.operands, prediction.operators) ||
    matches(
      prediction.operands.toReversed(),
      prediction.operators.toReversed().map((operator) => REVERSED[operator] ?? operator),
    )
  );
}
