import { expect, test } from "vitest";
import { createStopFilter } from "./stop-filter.ts";

function filter(sequences: string[], pieces: string[]) {
  const stop = createStopFilter(sequences);
  const texts: string[] = [];
  for (const piece of pieces) {
    const { text, stopped } = stop.push(piece);
    texts.push(text);
    if (stopped) return { texts, stopped, rest: stop.flush() };
  }
  return { texts, stopped: false, rest: stop.flush() };
}

test("text without a stop sequence passes whole", () => {
  expect(filter(["END"], ["abc", "def"])).toEqual({ texts: ["abc", "def"], stopped: false, rest: "" });
});

test("a stop sequence that arrives in pieces is cut and ends the text", () => {
  expect(filter(["END"], ["xE", "N", "D more"])).toEqual({ texts: ["x", "", ""], stopped: true, rest: "" });
});

test("what might have become a stop sequence is given out in the end", () => {
  expect(filter(["END"], ["xEN"])).toEqual({ texts: ["x"], stopped: false, rest: "EN" });
  expect(filter(["aab"], ["aa", "a", "c"])).toEqual({ texts: ["", "a", "aac"], stopped: false, rest: "" });
});

test("of several the first in the text counts, and empty ones do not", () => {
  expect(filter(["c", "b", ""], ["abc"])).toEqual({ texts: ["a"], stopped: true, rest: "" });
});
