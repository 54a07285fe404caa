import { expect, test } from "vitest";
import { resumeCommand } from "./resume-hint.ts";

test("a run in the default journal needs its id only", () => {
  expect(resumeCommand("r-1", undefined)).toBe("pacore runs resume r-1");
});

test("a shell reads a strange path back as it is", () => {
  expect(resumeCommand("r", "/tmp/it's here.db")).toBe(
    `pacore runs resume r --journal '/tmp/it'\\''s here.db'`,
  );
});

test("what was not kept cannot be resumed", () => {
  expect(resumeCommand("r", false)).toBeUndefined();
});
