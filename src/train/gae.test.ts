import { expect, test } from "vitest";
import { createRandom } from "../embedded/random.ts";
import { generalizedAdvantages } from "./gae.ts";

test("three tokens are those worked by hand", () => {
  // γ = 0.9, λ = 0.5. δ₂ = 1 − 0.2 = 0.8; δ₁ = 0.9·0.2 − 0.4 = −0.22; δ₀ = 0.1 + 0.9·0.4 − 0.5 = −0.04.
  // A₂ = 0.8; A₁ = −0.22 + 0.45·0.8 = 0.14; A₀ = −0.04 + 0.45·0.14 = 0.023.
  const { advantages, returns } = generalizedAdvantages({
    rewards: [0.1, 0, 1],
    values: [0.5, 0.4, 0.2],
    gamma: 0.9,
    lambda: 0.5,
  });
  for (const [t, wanted] of [0.023, 0.14, 0.8].entries()) expect(advantages[t]).toBeCloseTo(wanted, 12);
  for (const [t, wanted] of [0.523, 0.54, 1].entries()) expect(returns[t]).toBeCloseTo(wanted, 12);
});

/** A_t = Σ_l (γλ)^l δ_{t+l}, every sum from its definition. */
function byDefinition(rewards: number[], values: number[], gamma: number, lambda: number): number[] {
  const delta = rewards.map((r, t) => r + gamma * (values[t + 1] ?? 0) - (values[t] as number));
  return rewards.map((_, t) =>
    delta.slice(t).reduce((sum, d, later) => sum + (gamma * lambda) ** later * d, 0),
  );
}

test("episodes of any length, γ and λ are the definition's double sum", () => {
  const random = createRandom(3);
  let worst = 0;
  for (let episode = 0; episode < 200; episode++) {
    const length = 1 + random.integer(60);
    const rewards = Array.from({ length }, () => random.normal());
    const values = Array.from({ length }, () => random.normal());
    const [gamma, lambda] = [random.uniform(), random.uniform()];
    const { advantages, returns } = generalizedAdvantages({ rewards, values, gamma, lambda });
    for (const [t, wanted] of byDefinition(rewards, values, gamma, lambda).entries()) {
      worst = Math.max(
        worst,
        Math.abs((advantages[t] as number) - wanted),
        Math.abs((returns[t] as number) - wanted - (values[t] as number)),
      );
    }
  }
  expect(worst).toBeLessThan(1e-12);
});

test("with γ = λ = 1, the defaults, and a reward at the end, every advantage is R − V and every return R", () => {
  const values = [0.3, -0.7, 0.9, 0.25];
  const { advantages, returns } = generalizedAdvantages({ rewards: [0, 0, 0, 0.75], values });
  for (const [t, value] of values.entries()) {
    expect(advantages[t]).toBeCloseTo(0.75 - value, 12);
    expect(returns[t]).toBeCloseTo(0.75, 12);
  }
});

test("with λ = 0 an advantage is the error of one step", () => {
  const { advantages } = generalizedAdvantages({
    rewards: [1, 2, 3],
    values: [0.5, 0.25, 0.125],
    gamma: 0.5,
    lambda: 0,
  });
  expect([...advantages]).toEqual([1 + 0.125 - 0.5, 2 + 0.0625 - 0.25, 3 - 0.125]);
});

test("with γ = 0 only a token's own reward counts, whatever λ", () => {
  const { returns } = generalizedAdvantages({ rewards: [1, 2], values: [5, 7], gamma: 0, lambda: 0.9 });
  expect([...returns]).toEqual([1, 2]);
});

test("an episode without tokens has no advantages", () => {
  const { advantages, returns } = generalizedAdvantages({ rewards: [], values: [] });
  expect(advantages).toHaveLength(0);
  expect(returns).toHaveLength(0);
});

test("rewards and values of different lengths are a mistake, told with both", () => {
  expect(() => generalizedAdvantages({ rewards: [1, 2], values: [1] })).toThrow("2 rewards, but 1 values");
});
