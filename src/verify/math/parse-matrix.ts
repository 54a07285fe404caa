import type { Cursor } from "./cursor.ts";
import type { Expression } from "./expression.ts";

/** From `\begin{pmatrix}` to its end; a determinant (`vmatrix`) is a function of the matrix. */
export function parseMatrix(c: Cursor): Expression {
  const name = c.next().text;
  const rows: Expression[][] = [[]];
  while (!c.is("end")) {
    if (c.is("eof")) c.fail();
    if (c.accept("\\\\")) rows.push([]);
    else if (c.accept("&", ",")) continue;
    else (rows.at(-1) as Expression[]).push(c.grammar.sum(c));
  }
  c.next();
  const filled = rows.filter((row) => row.length > 0);
  const width = filled[0]?.length ?? 0;
  if (width === 0 || filled.some((row) => row.length !== width)) c.fail();
  const matrix: Expression = { kind: "matrix", rows: filled };
  return name === "vmatrix" ? { kind: "call", name: "det", of: [matrix] } : matrix;
}
