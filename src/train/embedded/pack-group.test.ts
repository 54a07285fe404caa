import { expect, test } from "vitest";
import { TINY } from "../../../test/support/tiny-policy.ts";
import { rotaryTables } from "../../embedded/transformer.ts";
import { packGroup, padRows, unpadRows } from "./pack-group.ts";

const prompt = [7, 8, 9, 10];
const responses = [[1, 2, 3], [4]];
const packed = packGroup(TINY, prompt, responses);
const [prefix, mask, ids, cos, sin] = packed.inputs.map(({ data }) => [...data]) as [
  number[],
  number[],
  number[],
  number[],
  number[],
];

test("the prompt's last token opens every row, for it predicts the first of the response", () => {
  expect(packed.shape).toEqual({ rows: 2, length: 8, prefixLength: 64 });
  expect(packed.lengths).toEqual([3, 1]);
  expect(prefix.slice(0, 3)).toEqual([7, 8, 9]);
  expect(ids.slice(0, 3)).toEqual([10, 1, 2]);
  expect(ids.slice(8, 9)).toEqual([10]);
  expect([...packed.targets.data].slice(0, 3)).toEqual([1, 2, 3]);
  expect([...packed.targets.data].slice(8, 9)).toEqual([4]);
});

test("only real tokens of the prompt can be seen", () => {
  expect(mask.slice(0, 3)).toEqual([0, 0, 0]);
  expect(new Set(mask.slice(3))).toEqual(new Set([-1e9]));
});

test("responses stand behind the prompt's real tokens, not behind its padding", () => {
  const wanted = rotaryTables(TINY, [3, 4, 5, 6, 7, 8, 9, 10]);
  expect(cos).toEqual([...wanted.cos]);
  expect(sin).toEqual([...wanted.sin]);
});

test("sizes grow in steps, so that programs are few", () => {
  const shapeOf = (prompt: number, response: number) =>
    packGroup(TINY, Array(prompt).fill(1), [Array(response).fill(1)]).shape;
  expect(shapeOf(65, 8)).toEqual({ rows: 1, length: 8, prefixLength: 64 });
  expect(shapeOf(66, 9)).toEqual({ rows: 1, length: 16, prefixLength: 128 });
  expect(shapeOf(1, 1)).toEqual({ rows: 1, length: 8, prefixLength: 64 });
});

test("rows come back from their padded form as they went in; padding is zero", () => {
  const rows = [[0.5, 1.5, -2], [3]];
  const flat = padRows(packed, rows);
  expect(flat.shape).toEqual([16]);
  expect(unpadRows(packed, flat.data as Float32Array).map((row) => [...row])).toEqual(rows);
  expect([...flat.data].filter((x) => x !== 0)).toHaveLength(4);
});
