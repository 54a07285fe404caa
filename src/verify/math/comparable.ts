import { type Expression, type Of, some } from "./expression.ts";

type Pair = [gold: Expression, prediction: Expression];

/** Two answers without what only one of them says and the other leaves open, and words for sets as the sets. */
export function comparable(gold: Expression, prediction: Expression): Pair {
  const [a, b] = [meaning(gold, prediction), meaning(prediction, gold)];
  const [x, y] = [withoutDomains(a), withoutDomains(b)];
  const [p, q] = (x === a) === (y === b) ? [a, b] : [x, y];
  const [m, n] = [q.kind === "matrix" ? asMatrix(p) : p, p.kind === "matrix" ? asMatrix(q) : q];
  return [isRow(n) ? spelledOut(m) : m, isRow(m) ? spelledOut(n) : n];
}

/** `[[1, 2], [3, 4]]`, as programs print a matrix. */
function asMatrix(e: Expression): Expression {
  if (e.kind !== "tuple" || e.open !== "[") return e;
  const rows = e.items.map((item) => (item.kind === "tuple" && item.open === "[" ? item.items : []));
  return rows.every((row) => row.length > 0 && row.length === rows[0]?.length) ? { kind: "matrix", rows } : e;
}

const isRow = ({ kind }: Expression): boolean => kind === "tuple" || kind === "list";

/** Beside a tuple `x = y = z = 0` gives each of the names its value. */
function spelledOut(e: Expression): Expression {
  if (e.kind !== "relation" || e.operands.length < 3 || e.operators.some((operator) => operator !== "="))
    return e;
  const names = e.operands.slice(0, -1);
  const value = e.operands.at(-1) as Expression;
  const distinct = new Set(names.map((name) => (name.kind === "variable" ? name.name : "")));
  if (distinct.size !== names.length || distinct.has("")) return e;
  const items = names.map(
    (name): Expression => ({ kind: "relation", operands: [name, value], operators: ["="] }),
  );
  return { kind: "list", items, joins: items.slice(1).map(() => ",") };
}

/** `\frac{\pi}{4} + k\pi, k \in \mathbb{Z}` without where the k is from. */
function withoutDomains(e: Expression): Expression {
  if (e.kind !== "list") return e;
  const kept = e.items.filter((item) => !isDomain(item, e.items));
  if (kept.length === e.items.length || kept.length === 0) return e;
  const joins = e.joins.slice(0, kept.length - 1);
  return kept.length === 1 ? (kept[0] as Expression) : { kind: "list", items: kept, joins };
}

/** A letter that the others use, in a set of numbers; of a condition, `n ≥ 3, n ∈ ℤ`, it is a part. */
function isDomain(e: Expression, items: Expression[]): boolean {
  if (!isMembership(e)) return false;
  const [letter, set] = e.operands as Pair;
  if (letter.kind !== "variable" || set.kind !== "number-set") return false;
  const uses = (part: Expression) => part.kind === "variable" && part.name === letter.name;
  return items.some((item) => item !== e && some(item, uses) && (set.name === "R" || !isCondition(item)));
}

const isMembership = (e: Expression): e is Of<"relation"> =>
  e.kind === "relation" && e.operators.length === 1 && e.operators[0] === "∈";

const isCondition = (e: Expression): boolean =>
  e.kind === "relation" && e.operators.some((operator) => "<>≤≥≠".includes(operator));

const NUMBER_SETS: readonly [words: RegExp, name: string][] = [
  [/^(?:(?:all|any|every|the set of(?: all)?) reals?(?: numbers?)?|real numbers|reals)$/, "R"],
  [/^(?:(?:all|any|every|the set of(?: all)?) integers?|integers)$/, "Z"],
];
const NOTHING = /^(?:the )?(?:empty set|null set|no (?:real |integer )?solutions?|no (?:real )?roots?)$/;

/** Words for a set, beside an answer that is not in words. */
function meaning(e: Expression, other: Expression): Expression {
  if (e.kind !== "text" || other.kind === "text") return e;
  const words = e.text
    .replace(/[^A-Za-z]+/g, " ")
    .trim()
    .toLowerCase();
  if (NOTHING.test(words)) return { kind: "set", items: [] };
  const found = NUMBER_SETS.find(([pattern]) => pattern.test(words));
  return found ? { kind: "number-set", name: found[1] } : e;
}
