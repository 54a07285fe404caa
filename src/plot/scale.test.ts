import { expect, test } from "vitest";
import { niceStep, scaleOf, tickText } from "./scale.ts";

test("ticks are round numbers that cover the data", () => {
  expect(scaleOf({ label: "" }, [0.03, 0.97]).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(scaleOf({ label: "" }, [-7, 12]).ticks).toEqual([-10, -5, 0, 5, 10, 15]);
  expect(niceStep(11)).toBe(2.5);
});

test("a place is a share of the axis", () => {
  const { place } = scaleOf({ label: "", min: 0, max: 10 }, [3]);
  expect([place(0), place(5), place(10)]).toEqual([0, 0.5, 1]);
});

test("what is counted has its ticks at whole numbers", () => {
  expect(scaleOf({ label: "", min: 0, max: 12, whole: true }, []).ticks).toEqual([0, 5, 10]);
  expect(scaleOf({ label: "", min: 0, max: 5, whole: true }, []).ticks).toEqual([0, 1, 2, 3, 4, 5]);
});

test("a log axis has a tick a decade, with halves where there are few", () => {
  expect(scaleOf({ label: "", scale: "log" }, [30, 900_000]).ticks).toEqual([10, 100, 1000, 1e4, 1e5, 1e6]);
  expect(scaleOf({ label: "", scale: "log" }, [30, 150]).ticks).toEqual([20, 50, 100, 200]);
  const { place } = scaleOf({ label: "", scale: "log" }, [10, 1000]);
  expect(place(100)).toBeCloseTo(0.5, 12);
});

test("twenty decades do not give twenty ticks", () => {
  expect(scaleOf({ label: "", scale: "log" }, [1, 1e20]).ticks.length).toBeLessThan(10);
});

test("nothing, one value, and values that cannot be shown still give an axis", () => {
  for (const data of [[], [5], [0, 0], [Number.NaN], [-1], [1e-300], [Number.POSITIVE_INFINITY, 1]]) {
    for (const scale of ["linear", "log"] as const) {
      const { ticks, place } = scaleOf({ label: "", scale }, data);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.every((tick) => Number.isFinite(place(tick)))).toBe(true);
    }
  }
});

test("tick texts", () => {
  expect(tickText(0.25, "percent")).toBe("25%");
  expect(tickText(1500, "count")).toBe("1.5k");
  expect(tickText(2_000_000, "count")).toBe("2M");
  expect(tickText(-0.1 - 0.2)).toBe("−0.3");
  expect([0, 0.0005, -0.00001, 2.5e-7].map((value) => tickText(value))).toEqual([
    "0",
    "0.0005",
    "−1e−5",
    "2.5e−7",
  ]);
});
