import { expect, test } from "vitest";
import { parseShare } from "./parse-share.ts";

test.each([
  ["9/24", 0.375],
  ["0.375", 0.375],
  [" 1 ", 1],
  ["0/24", 0],
])("%s is a share", (text, share) => {
  expect(parseShare(text)).toBe(share);
});

test.each(["", "9/0", "25/24", "-1", "1.5", "half", "1/2/3"])("%s is none", (text) => {
  expect(() => parseShare(text)).toThrow("a share such as 9/24");
});
