import { expect, test } from "vitest";
import type { Finding } from "../upstream/index.ts";
import { findingLines, summaryLine } from "./doctor-lines.ts";
import { plainPaint } from "./view/paint.ts";

const good: Finding = { check: "reachable", status: "ok", detail: "http://a/v1 answers." };
const bad: Finding = {
  check: "output-limit",
  status: "warn",
  detail: "The limit\nis \u001b[31m16\u001b[0m tokens.",
  advice: "Start the server with a larger one.",
  endpoint: "http://a/v1",
};

test("a finding is a line, with what to do below it", () => {
  expect(findingLines(good, plainPaint)).toEqual(["ok    reachable     http://a/v1 answers."]);
  expect(findingLines({ ...bad, detail: "16 tokens." }, plainPaint)).toEqual([
    "warn  output-limit  http://a/v1: 16 tokens.",
    "                    → Start the server with a larger one.",
  ]);
});

test("what a server says cannot colour the terminal or break the line", () => {
  expect(findingLines(bad, plainPaint)[0]).not.toMatch(/\p{Cc}/u);
});

test("the summary counts", () => {
  expect(summaryLine([good, good, bad])).toBe("2 ok, 1 warning, 0 failed");
});
