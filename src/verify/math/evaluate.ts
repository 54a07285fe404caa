import * as C from "./complex.ts";
import type { Expression, Of } from "./expression.ts";
import type { Fuel } from "./limits.ts";

export type Environment = ReadonlyMap<string, C.Complex>;

const CONSTANTS = {
  pi: [Math.PI, 0],
  e: [Math.E, 0],
  i: [0, 1],
  infinity: [Number.POSITIVE_INFINITY, 0],
} as const;
const MAX_TERMS = 1000;

/** The value in complex doubles; not a number where it has none, or none that we can compute. */
export function evaluate(e: Expression, environment: Environment, fuel: Fuel): C.Complex {
  fuel.spend(2);
  const value = (of: Expression) => evaluate(of, environment, fuel);
  switch (e.kind) {
    case "number":
      return C.real(Number(e.digits));
    case "rational":
      return C.real(Number(e.n) / Number(e.d));
    case "constant":
      return CONSTANTS[e.name];
    case "variable":
      return environment.get(e.name) ?? C.NOT_A_NUMBER;
    case "add":
      return e.of.reduce<C.Complex>((sum, term) => C.plus(sum, value(term)), [0, 0]);
    case "multiply":
      return e.of.reduce<C.Complex>((product, factor) => C.times(product, value(factor)), [1, 0]);
    case "negate":
      return C.minus([0, 0], value(e.of));
    case "percent":
      return C.over(value(e.of), [100, 0]);
    case "degrees":
      return C.times(value(e.of), [Math.PI / 180, 0]);
    case "quantity":
      return value(e.of);
    case "divide":
      return C.over(value(e.of), value(e.by));
    case "power":
      return powerOf(value(e.of), e.to, value);
    case "root":
      return rootOf(value(e.of), value(e.degree));
    case "call":
      return callOf(e, e.of.map(value));
    case "apply":
      return unknownFunction(e.name, e.of.map(value));
    case "text":
      return unknownFunction(e.text.toLowerCase(), []);
    case "series":
      return seriesOf(e, environment, fuel);
    default:
      return C.NOT_A_NUMBER;
  }
}

/** x^{1/3} is taken as the real root, as ∛x is, so that the two agree for negative x. */
function powerOf(base: C.Complex, exponent: Expression, value: (e: Expression) => C.Complex): C.Complex {
  if (base[1] === 0 && base[0] < 0 && exponent.kind === "divide") {
    const p = value(exponent.of);
    const q = value(exponent.by);
    if (isOdd(q) && Number.isInteger(p[0]) && p[1] === 0) {
      const size = (-base[0]) ** (p[0] / q[0]);
      return C.real(isOdd(p) ? -size : size);
    }
  }
  return C.power(base, value(exponent));
}

const isOdd = ([x, y]: C.Complex): boolean => y === 0 && Math.abs(x % 2) === 1;

function rootOf(of: C.Complex, degree: C.Complex): C.Complex {
  if (degree[0] === 2 && degree[1] === 0) return C.squareRoot(of);
  if (of[1] === 0 && of[0] < 0 && isOdd(degree)) return C.real(-((-of[0]) ** (1 / degree[0])));
  return C.power(of, C.over([1, 0], degree));
}

function callOf({ name }: Of<"call">, values: C.Complex[]): C.Complex {
  const [a = C.NOT_A_NUMBER, b] = values;
  if (name === "log" && b) return C.over(C.log(a), C.log(b));
  if (name === "binomial" && b) {
    const [n, k] = [a[0], b[0]];
    return C.real(C.gamma(n + 1) / (C.gamma(k + 1) * C.gamma(n - k + 1)));
  }
  if (name === "max" || name === "min") return C.real(Math[name](...values.map(([x]) => x)));
  return C.FUNCTION_VALUES[name]?.(a) ?? C.NOT_A_NUMBER;
}

/** Some smooth function of that name: equal names and arguments give equal values, others do not. */
function unknownFunction(name: string, values: C.Complex[]): C.Complex {
  let sum = 0.3 + hash(name) * 2;
  for (const [x, y] of values) sum = sum * 1.37 + Math.sin(x * 1.7 + 0.3) + x * 0.21 + y * 0.77;
  return C.real(sum);
}

/** On [0, 1), from the name alone (FNV-1a). */
export function hash(name: string): number {
  let h = 2166136261;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 16777619);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
}

function seriesOf(e: Of<"series">, environment: Environment, fuel: Fuel): C.Complex {
  const from = evaluate(e.from, environment, fuel)[0];
  const to = evaluate(e.to, environment, fuel)[0];
  if (!Number.isInteger(from) || !Number.isInteger(to)) return C.NOT_A_NUMBER;
  if (to < from - 1 || to - from > MAX_TERMS) return C.NOT_A_NUMBER;
  let total: C.Complex = e.operation === "sum" ? [0, 0] : [1, 0];
  const inner = new Map(environment);
  for (let k = from; k <= to; k++) {
    inner.set(e.variable, [k, 0]);
    const term = evaluate(e.of, inner, fuel);
    total = e.operation === "sum" ? C.plus(total, term) : C.times(total, term);
  }
  return total;
}
