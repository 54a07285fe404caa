import { expect, test } from "vitest";
import { sparkline } from "./sparkline.ts";

test("the least value is the lowest block and the greatest the highest", () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe("▁▂▃▄▅▆▇█");
  expect(sparkline([7, 0], 8)).toBe("█▁");
});

test("more values than columns share blocks as their means, none left out", () => {
  expect(sparkline([0, 0, 4, 4, 8, 8], 3)).toBe("▁▅█");
  expect(
    sparkline(
      Array.from({ length: 1000 }, (_, i) => i),
      40,
    ),
  ).toHaveLength(40);
});

test("nothing, one value, the same value, and values that are no numbers", () => {
  expect(sparkline([], 8)).toBe("");
  expect(sparkline([0.5], 8)).toBe("▁");
  expect(sparkline([2, 2, 2], 8)).toBe("▁▁▁");
  expect(sparkline([0, Number.NaN, 1, Number.POSITIVE_INFINITY], 8)).toBe("▁ █ ");
  expect(sparkline([Number.NaN], 8)).toBe(" ");
  expect(sparkline([1, 2], 0)).toBe("");
});
