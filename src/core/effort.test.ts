import { expect, test } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { parseWidths } from "./effort.ts";

test.each([
  ["low", [4]],
  ["MEDIUM", [16]],
  ["high", [32, 4]],
  ["32,4", [32, 4]],
  [" [32, 4] ", [32, 4]],
  ["8", [8]],
  ["none", []],
  ["[]", []],
])("%j is a plan of rounds", (text, widths) => expect(parseWidths(text)).toEqual(widths));

test.each(["", "abc", "4,", ",4", "0", "-1", "4.5", "1e3", "5000", "toString", "4 4", "[4"])(
  "%j is refused",
  (text) => {
    expect(() => parseWidths(text, "--widths")).toThrow(InvalidOptionError);
    expect(() => parseWidths(text, "--widths")).toThrow("--widths");
  },
);

test("an array is checked as well", () => {
  expect(parseWidths([])).toEqual([]);
  expect(() => parseWidths([4, Number.NaN])).toThrow(InvalidOptionError);
});
