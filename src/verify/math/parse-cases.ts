import type { Cursor } from "./cursor.ts";
import type { Expression } from "./expression.ts";

/** From `\\begin{cases}` to its end: rows of a value and the condition under which it holds. */
export function parseCases(c: Cursor): Expression {
  c.next();
  const rows: [Expression, Expression][] = [];
  while (!c.is("end")) {
    if (c.is("eof")) c.fail();
    const value = c.grammar.list(c);
    c.accept(",", ";");
    if (!c.accept("&")) c.fail();
    rows.push([value, parseCondition(c)]);
    while (c.accept("\\\\"));
  }
  c.next();
  return { kind: "piecewise", rows };
}

const endsRow = (c: Cursor): boolean => c.is("end") || c.is("eof") || c.isSymbol("\\\\");

/** A relation, or words: `\\text{otherwise}`, `n \\text{ even}`. */
function parseCondition(c: Cursor): Expression {
  while (c.accept(",", "&") || (isIntroduction(c) && c.next()));
  const condition = c.attempt(() => {
    const found = c.grammar.list(c);
    c.accept(".", ",", ";");
    return endsRow(c) ? found : c.fail();
  });
  if (condition) return condition;
  let text = "";
  while (!endsRow(c)) text += ` ${c.next().text}`;
  return { kind: "text", text: text.replace(/[.,;]/g, "").trim() };
}

const isIntroduction = (c: Cursor): boolean =>
  (c.is("text") || c.is("word")) && /^(?:if|for|when|where|as|,|\s)+$/i.test(c.token.text);
