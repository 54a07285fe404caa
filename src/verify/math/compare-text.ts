import type { Context } from "./compare-context.ts";
import { type Expression, multiply, variable } from "./expression.ts";

/** Words without case, spacing, marks at the ends, articles, and the brackets around a choice. */
export function canonicalText(text: string): string {
  const words = text
    .normalize("NFKC")
    .replace(/\\[a-zA-Z]+/g, " ")
    .replace(/(?<![A-Za-z])([ap])\.\s?m\b\.?/gi, "$1m")
    .replace(/[\s\u00a0_*"'`{}$\\]+/g, " ")
    .trim()
    .replace(/^\(([A-Za-z])\)?[.:]?$/, "$1")
    .replace(/[.,;:!?]+$/, "")
    .trim();
  return words.length === 1 ? words : words.toLowerCase().replace(/^(?:the|a|an) (?=\w)/, "");
}

/** At least one of the two is in words. */
export function equalTexts(gold: Expression, prediction: Expression, context: Context): boolean {
  if (gold.kind === "text" && prediction.kind === "text")
    return canonicalText(gold.text) !== "" && canonicalText(gold.text) === canonicalText(prediction.text);
  const [text, other] = gold.kind === "text" ? [gold, prediction] : [prediction as typeof gold, gold];
  if (other.kind === "quantity" || other.kind === "relation") return false;
  const words = text.kind === "text" ? text.text.trim().replace(/^\((.)\)$/, "$1") : "";
  // `\text{E}` for the variable E, `abc` for the product of three.
  if (!/^[A-Za-z]{1,5}$/.test(words)) return false;
  const letters = multiply(
    [...words].map(
      (name): Expression => (name === "e" || name === "i" ? { kind: "constant", name } : variable(name)),
    ),
  );
  return other.kind !== "list" && context.equal(letters, other);
}
