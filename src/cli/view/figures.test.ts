import { expect, test } from "vitest";
import { shortDuration, widthsText } from "./figures.ts";

test.each([
  [0, "0ms"],
  [999, "999ms"],
  [2140, "2.1s"],
  [59_949, "59.9s"],
  [59_999, "1m00s"],
  [95_000, "1m35s"],
  [3_599_900, "1h00m"],
  [7_260_000, "2h01m"],
])("%d ms is %s", (ms, text) => {
  expect(shortDuration(ms)).toBe(text);
});

test("no widths are one plain call", () => {
  expect(widthsText([32, 4])).toBe("[32, 4]");
  expect(widthsText([])).toBe("one plain call");
});
