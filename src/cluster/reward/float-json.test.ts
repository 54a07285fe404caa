import { expect, test } from "vitest";
import { seededRandom } from "../../core/random.ts";
import { floatJson, floatsJson } from "./float-json.ts";

/** What Python's `json` takes for a float and not for an integer, with a decimal point besides. */
const FLOAT = /^-?(0|[1-9]\d*)\.\d+([eE][+-]?\d+)?$/;

test.each([
  [0, "0.0"],
  [-0, "0.0"],
  [1, "1.0"],
  [-1, "-1.0"],
  [0.5, "0.5"],
  [1e-7, "1.0e-7"],
  [1.5e-7, "1.5e-7"],
  [1e21, "1.0e+21"],
  [123456789012345680000, "123456789012345680000.0"],
  [5e-324, "5.0e-324"],
  [1 / 3, "0.3333333333333333"],
])("%d is written with a decimal point", (value, text) => {
  expect(floatJson(value)).toBe(text);
});

test("every number keeps its value and its point", () => {
  const random = seededRandom(1);
  const draw = () => (random() - 0.5) * 10 ** Math.floor(random() * 60 - 30);
  const numbers = Array.from({ length: 20_000 }, draw).flatMap((value, i) => [
    value,
    Math.round(value),
    i / 64,
  ]);
  const lost = numbers.filter((number) => {
    const text = floatJson(number);
    return !FLOAT.test(text) || JSON.parse(text) !== (number === 0 ? 0 : number);
  });
  expect(lost).toEqual([]);
});

test("what is no number is refused, not written", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(() => floatJson(value)).toThrow(RangeError);
});

test("names keep their order", () => {
  expect(floatsJson({ acc: 1, messages: 24 })).toBe('{"acc":1.0,"messages":24.0}');
});
