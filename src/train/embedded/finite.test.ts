import { expect, test } from "vitest";
import { PacoreError } from "../../errors.ts";
import { checkFinite, checkTensors, NonFiniteError } from "./finite.ts";

const NAMES = ["model.embed_tokens.weight", "model.norm.weight"];

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  "%d is told with what it is and what to do",
  (bad) => {
    const check = () => checkFinite("The critic's values", [[1, 2], [], Float32Array.of(3, bad)]);
    expect(check).toThrow(NonFiniteError);
    expect(check).toThrow(PacoreError);
    expect(check).toThrow(
      /^The critic's values are not finite; lower the learning rates, .* last checkpoint/,
    );
  },
);

test("of a model's tensors the one at fault is named", () => {
  const tensors = [Float32Array.of(1, 2), Float32Array.of(Number.NaN)];
  expect(() => checkTensors("The policy's gradients", NAMES, tensors)).toThrow(
    "The policy's gradients of model.norm.weight are not finite",
  );
});

test("finite numbers pass, the largest and none at all too", () => {
  checkFinite("Figures", [[3.4e38, -1e-45, 0], []]);
  checkTensors("Figures", NAMES, [Float32Array.of(1), new Float32Array(0)]);
});
