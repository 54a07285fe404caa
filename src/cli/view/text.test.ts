import { expect, test } from "vitest";
import { displayWidth, oneLine, padStart, safeText, truncate } from "./text.ts";

test("wide characters count twice and are never halved", () => {
  expect(truncate("漢字漢字", 8)).toBe("漢字漢字");
  expect(truncate("漢字漢字", 7)).toBe("漢字漢…");
  expect(truncate("漢字漢字", 6)).toBe("漢字…");
  expect(displayWidth(truncate("漢字漢字", 6))).toBe(5);
});

test("a family of emoji is one character of two columns", () => {
  expect(truncate("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 3)).toBe("👩‍👩‍👧‍👦…");
});

test("no room, no text", () => {
  expect(truncate("abc", 0)).toBe("");
  expect(truncate("abc", 1)).toBe("…");
});

test("a text of a megabyte is cut without being measured", () => {
  expect(truncate("x".repeat(1e6), 10)).toBe(`${"x".repeat(9)}…`);
});

test("a model's text cannot move the cursor or write the clipboard", () => {
  expect(safeText("a\u001b[2Jb\u001b]52;c;aGk=\u0007c\rd\u009b1m\te\n")).toBe("abcd\te\n");
  expect(safeText("\u001b")).toBe("");
  expect(safeText("abc\u202edef")).toBe("abcdef");
});

test("of several lines the last one is shown", () => {
  expect(oneLine("First I add.\n\n**42**\n\n")).toBe("… **42**");
  expect(oneLine("  one\tline ")).toBe("one line");
  expect(oneLine("")).toBe("");
});

test("padding goes by columns", () => {
  expect(padStart("漢", 4)).toBe("  漢");
  expect(padStart("long", 2)).toBe("long");
});
