import { expect, test } from "vitest";
import { readModelId, widthsForEffort } from "./model-id.ts";

const read = (id: string, ...known: string[]) => readModelId(id, (name) => known.includes(name));

test.each([
  ["m", "m", undefined],
  ["m:low", "m", [4]],
  ["m:high", "m", [32, 4]],
  ["m@32,4", "m", [32, 4]],
  ["m@7", "m", [7]],
  ["m:fast", "m:fast", undefined],
  ["other@3", "other@3", undefined],
])("%s is %s with %j", (id, base, widths) => {
  expect(read(id, "m")).toEqual({ base, widths });
});

test("an id that has a colon or an at-sign of its own is taken as it is", () => {
  expect(read("llama3:8b", "llama3:8b")).toEqual({ base: "llama3:8b", widths: undefined });
  expect(read("llama3:8b:low", "llama3:8b")).toEqual({ base: "llama3:8b", widths: [4] });
  expect(read("x:low", "x:low", "x")).toEqual({ base: "x:low", widths: undefined });
  expect(read("acme/m@v2@3", "acme/m@v2")).toEqual({ base: "acme/m@v2", widths: [3] });
});

test("widths that are none are refused", () => {
  expect(() => read("m@", "m")).toThrow(/not widths/);
  expect(() => read("m@0", "m")).toThrow(/not widths/);
  expect(() => read("m@4,x", "m")).toThrow(/not widths/);
});

test("efforts beyond the three levels go to the nearest", () => {
  expect(["none", "minimal", "low", "medium", "high", "xhigh", "max"].map(widthsForEffort)).toEqual([
    [],
    [],
    [4],
    [16],
    [32, 4],
    [32, 4],
    [32, 4],
  ]);
});
