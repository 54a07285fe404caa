import { expect, test } from "vitest";
import { floats } from "./engine/host-tensor.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

const tensors = new Map([
  ["a", floats([2, 2], Float32Array.of(1, -2, 3.5, Number.MIN_VALUE))],
  ["scalar", floats([], Float32Array.of(7))],
  ["empty", floats([0, 3], new Float32Array())],
]);

test("tensors and metadata come back as they were", () => {
  const read = readSafetensors(writeSafetensors(tensors, { step: "3", note: "é🙂" }));
  expect(read).toEqual({ tensors, metadata: { step: "3", note: "é🙂" } });
});

test("the header is padded so that data is aligned to 8 bytes", () => {
  for (const note of ["", "a", "ab", "é", "🙂x"]) {
    const file = Buffer.from(writeSafetensors(tensors, { note }));
    expect(Number(file.readBigUInt64LE(0)) % 8).toBe(0);
  }
});

test("a file at an odd offset of a larger buffer is read", () => {
  const file = writeSafetensors(tensors);
  const shifted = Buffer.concat([Buffer.from("x"), file]).subarray(1);
  expect(readSafetensors(shifted).tensors).toEqual(tensors);
});

test.each([0, 7, 8, 40, -1])("a file torn at %i is refused", (end) => {
  expect(() => readSafetensors(writeSafetensors(tensors).subarray(0, end))).toThrow("damaged");
});

test("other types than float32 are refused by name", () => {
  const file = Buffer.from(writeSafetensors(tensors));
  const changed = Buffer.from(file.toString("latin1").replace('"F32"', '"F16"'), "latin1");
  expect(() => readSafetensors(changed)).toThrow("a is F16");
});
