import { expect, test } from "vitest";
import { largestFirst } from "./largest-first.ts";
import type { PackedGroup } from "./pack-group.ts";

const group = (rows: number, length: number, prefixLength: number) =>
  ({ shape: { rows, length, prefixLength } }) as PackedGroup;

test("tasks start with the largest group, and their results keep the groups' order", async () => {
  const groups = [group(2, 8, 64), group(4, 16, 128), group(2, 8, 128), group(4, 16, 192)];
  const started: number[] = [];
  const results = await largestFirst(
    groups,
    (one) => one,
    async ({ shape }, index) => {
      started.push(index);
      return shape.prefixLength;
    },
  );
  expect(started).toEqual([3, 1, 2, 0]);
  expect(results).toEqual([64, 128, 128, 192]);
});

test("a task that fails fails them all, and no groups are no tasks", async () => {
  const fail = async () => Promise.reject(new Error("no"));
  await expect(largestFirst([group(1, 1, 1)], (one) => one, fail)).rejects.toThrow("no");
  expect(await largestFirst([], (one: PackedGroup) => one, fail)).toEqual([]);
});
