import { expect, test } from "vitest";
import { adamwStep, createAdamW, globalNorm } from "./adamw.ts";

test("three steps of one parameter are those worked by hand in float64", () => {
  const parameter = Float32Array.of(0.5);
  const state = createAdamW([parameter]);
  const options = {
    learningRate: 0.1,
    beta1: 0.9,
    beta2: 0.99,
    epsilon: 1e-8,
    weightDecay: 0.1,
    maxNorm: 10,
  };
  // g = 1: m̂ = 1, v̂ = 1, update 1: 0.5·0.99 − 0.1.
  adamwStep([parameter], [Float32Array.of(1)], state, options);
  expect(parameter[0]).toBeCloseTo(0.395, 6);
  // g = −2: m = −0.11, v = 0.0499; m̂ = −0.11/0.19, v̂ = 0.0499/0.0199; 0.395·0.99 + 0.1·0.578947/1.583523.
  adamwStep([parameter], [Float32Array.of(-2)], state, options);
  expect(parameter[0]).toBeCloseTo(0.427611, 5);
  // g = 0: m = −0.099, v = 0.049401; m̂ = −0.099/0.271, v̂ = 0.049401/0.029701; 0.427611·0.99 + 0.1·0.365314/1.289686.
  adamwStep([parameter], [Float32Array.of(0)], state, options);
  expect(parameter[0]).toBeCloseTo(0.451661, 5);
  expect(state.step).toBe(3);
});

test("gradients above the norm are scaled together, and the norm before that is returned", () => {
  const parameters = [Float32Array.of(0), Float32Array.of(0)];
  const state = createAdamW(parameters);
  const gradients = [Float32Array.of(30), Float32Array.of(-40)];
  expect(adamwStep(parameters, gradients, state, { learningRate: 1, maxNorm: 1 })).toBe(50);
  expect(state.first[0]?.[0]).toBeCloseTo(0.06, 6);
  expect(state.first[1]?.[0]).toBeCloseTo(-0.08, 6);
  expect(globalNorm([Float32Array.of(3), Float32Array.of(4)])).toBe(5);
});

test("weight decay leaves out what it is told to", () => {
  const parameters = [Float32Array.of(1), Float32Array.of(1)];
  const zero = [Float32Array.of(0), Float32Array.of(0)];
  adamwStep(
    parameters,
    zero,
    createAdamW(parameters),
    { learningRate: 0.1, weightDecay: 0.5 },
    (i) => i === 0,
  );
  expect(parameters[0]?.[0]).toBeCloseTo(0.95, 6);
  expect(parameters[1]?.[0]).toBe(1);
});
