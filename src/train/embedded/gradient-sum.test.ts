import { expect, test } from "vitest";
import { floats } from "../../embedded/engine/host-tensor.ts";
import { GradientSum } from "./gradient-sum.ts";

const pair = (a: number[], b: number[]) => [
  floats([a.length], Float32Array.from(a)),
  floats([b.length], Float32Array.from(b)),
];

test("gradients of groups add up, tensor by tensor, and the groups' own are left as they are", () => {
  const [first, second] = [pair([1, 2], [3]), pair([10, -2], [0.5])];
  const sum = new GradientSum(first);
  sum.add(first);
  sum.add(second);
  expect(sum.arrays.map((array) => [...array])).toEqual([[11, 0], [3.5]]);
  expect([...(first[0]?.data ?? [])]).toEqual([1, 2]);
});

test("a group may count more than another", () => {
  const sum = new GradientSum(pair([0, 0], [0]));
  sum.add(pair([1, 2], [3]), 0.5);
  sum.add(pair([1, 0], [0]), 2);
  expect(sum.arrays.map((array) => [...array])).toEqual([[2.5, 1], [1.5]]);
});
