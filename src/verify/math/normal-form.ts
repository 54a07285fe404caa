import type { Context } from "./compare-context.ts";
import { itemsOf } from "./compare-list.ts";
import { asEquation, namedValue, withoutApproximation } from "./compare-relation.ts";
import { canonicalText } from "./compare-text.ts";
import { isFiniteValue } from "./complex.ts";
import { evaluateExact } from "./evaluate-exact.ts";
import { type Expression, subtract } from "./expression.ts";
import { Fuel, OutOfFuelError } from "./limits.ts";
import { reduceMatrices } from "./matrix.ts";
import { reduced, TOO_LARGE } from "./rational.ts";
import { toRealSet } from "./real-set.ts";
import { freeNames, samples } from "./sample.ts";
import { readAnswer } from "./score-math.ts";

/**
 * One string for all messages with the same final answer: fractions in lowest terms, other values to ten digits,
 * formulas by their values at fixed points. For grouping messages by agreement; rewards compare instead.
 */
export function mathNormalForm(message: string): string {
  try {
    const fuel = new Fuel();
    const reading = readAnswer(message, fuel);
    if (!reading) return "";
    const context: Context = { options: {}, fuel, doubts: [], equal: () => false };
    const [expression] = reading.expressions;
    return (expression && formOf(expression, context)) ?? canonicalText(reading.candidate.text);
  } catch (error) {
    if (error instanceof OutOfFuelError || error instanceof RangeError)
      return canonicalText(message.slice(-200));
    throw error;
  }
}

/** `undefined`: there is none, because a part has no value. */
function formOf(given: Expression, context: Context): string | undefined {
  const e = reduceMatrices(withoutApproximation(given), context.fuel);
  const all = (parts: Expression[]) => allForms(parts, context);
  switch (e.kind) {
    case "text":
      return canonicalText(e.text);
    case "quantity":
      return formOf(e.of, context);
    case "degrees":
      return formOf(e.of, context);
    case "based":
      return `${e.digits}_${e.base}`;
    case "tuple":
      return realForm(e, context) ?? all(e.items)?.join(",").replace(/^/, e.open).concat(e.close);
    case "list":
    case "set":
    case "plus-minus":
      return wrap("{", [...new Set(all(itemsOf(e)))].sort(), "}");
    case "matrix":
      return wrap(
        "[",
        e.rows.map((row) => wrap("[", all(row), "]") ?? "?"),
        "]",
      );
    case "ratio":
      return all(e.parts)?.join(":");
    case "relation":
      return relationForm(e, context);
    case "combine":
    case "number-set":
      return realForm(e, context);
    default:
      return valueForm(e, context);
  }
}

const wrap = (open: string, parts: string[] | undefined, close: string): string | undefined =>
  parts && parts.length >= 0 ? open + parts.join(",") + close : undefined;

function allForms(parts: Expression[], context: Context): string[] | undefined {
  const forms = parts.map((part) => formOf(part, context));
  return forms.every((form) => form !== undefined) ? forms : undefined;
}

function relationForm(e: Expression & { kind: "relation" }, context: Context): string | undefined {
  if (e.operators.length === 1 && e.operators[0] === "∈") return formOf(e.operands[1] as Expression, context);
  const equation = asEquation(e);
  if (!equation) return realForm(e, context);
  const value = namedValue(equation);
  return value ? formOf(value, context) : valueForm(subtract(equation.left, equation.right), context, true);
}

function realForm(e: Expression, context: Context): string | undefined {
  const set = toRealSet(e, context);
  const pieces = set?.pieces.map(({ low, high }) => {
    const ends = `${digits(low.x)},${digits(high.x)}`;
    return (low.closed ? "[" : "(") + ends + (high.closed ? "]" : ")");
  });
  return pieces?.join("∪");
}

/** A constant's value, or the values at the sample points; with `homogeneous`, up to a constant factor. */
function valueForm(e: Expression, context: Context, homogeneous = false): string | undefined {
  const exact = evaluateExact(e, context.fuel);
  if (exact === TOO_LARGE) return undefined;
  if (exact !== undefined) {
    const { n, d } = reduced(exact, context.fuel);
    return d === 1n ? String(n) : `${n}/${d}`;
  }
  const values: string[] = [];
  let unit: number | undefined;
  for (const sample of samples(e, e, freeNames(e), context.fuel)) {
    const [x, y] = sample.values[0];
    if (!isFiniteValue([x, y])) continue;
    if (homogeneous) unit ??= x || undefined;
    values.push(digits(x / (unit ?? 1)) + (Math.abs(y) > 1e-12 ? `+${digits(y / (unit ?? 1))}i` : ""));
    if (values.length === 3) break;
  }
  if (values.length === 0) return e.kind === "constant" ? e.name : undefined;
  return freeNames(e).size === 0 ? values[0] : `f(${values.join(",")})`;
}

const digits = (x: number): string => (Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(10))));
