import { expect, test } from "vitest";
import { agreementOf, normalText, plurality } from "./agreement.ts";

test("the largest group wins, and in a tie the one that came first", () => {
  expect(plurality(["b", "a", " A.", "b!", "c"])).toEqual(["b", "b!"]);
  expect(plurality([])).toEqual([]);
});

test("agreement is the largest group's share", () => {
  expect(agreementOf(["x", "X ", "y", "z"])).toBe(0.5);
  expect(agreementOf([])).toBe(0);
  expect(agreementOf(["1/2", "2/4"], () => "half")).toBe(1);
});

test("case, width, spacing and a closing full stop do not count", () => {
  expect(normalText("  Ｔhe\n answer 。")).toBe("the answer");
  expect(normalText("42.")).toBe(normalText("42"));
});
