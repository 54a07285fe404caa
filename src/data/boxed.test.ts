import { expect, test } from "vitest";
import { lastBoxed } from "./boxed.ts";

test.each([
  ["so \\boxed{42}.", "42"],
  ["first \\boxed{1}, then \\boxed{\\frac{1}{2}}", "\\frac{1}{2}"],
  ["\\boxed{\\{1, 2\\}}", "\\{1, 2\\}"],
  ["\\fbox{7}", "7"],
  ["\\boxed 5$", "5"],
  ["\\boxed{never closed", undefined],
  ["no box", undefined],
])("the last box of %j is %j", (text, inside) => {
  expect(lastBoxed(text)).toBe(inside);
});
