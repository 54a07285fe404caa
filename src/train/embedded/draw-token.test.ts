import { expect, test } from "vitest";
import { chooseToken } from "../../embedded/choose-token.ts";
import { createRandom } from "../../embedded/random.ts";
import { TokenDrawer } from "./draw-token.ts";

const random = createRandom(4);
const PLAIN = { temperature: 1, topP: 1, topK: 0 };

test("tokens and log-probabilities are those of the model that is served, for the same random numbers", () => {
  for (let trial = 0; trial < 300; trial++) {
    const size = 1 + random.integer(40);
    const scale = [0.1, 3, 40][trial % 3] as number;
    const rows = Float32Array.from({ length: 3 * size }, () => scale * random.normal());
    const drawer = new TokenDrawer(size);
    for (const uniform of [0, random.uniform(), 1 - 2 ** -32]) {
      const wanted = chooseToken(rows.slice(size, 2 * size), PLAIN, uniform);
      expect(drawer.draw(rows, size, uniform)).toBe(wanted.token);
      expect(drawer.logProbability).toBe(wanted.logProbability);
    }
  }
});

test("every token comes as often as its probability says", () => {
  const logits = Float32Array.from([1, 0, -1, 2.5, -30]);
  const odds = [...logits].map(Math.exp);
  const total = odds.reduce((a, b) => a + b);
  const drawer = new TokenDrawer(logits.length);
  const counts = [0, 0, 0, 0, 0];
  const draws = 40_000;
  let worst = 0;
  for (let i = 0; i < draws; i++) {
    const token = drawer.draw(logits, 0, random.uniform());
    counts[token] = (counts[token] as number) + 1;
    const apart = drawer.logProbability - Math.log((odds[token] as number) / total);
    worst = Math.max(worst, Math.abs(apart));
  }
  expect(worst).toBeLessThan(1e-12);
  // χ² with three degrees of freedom, the fifth token aside: above 16.3 once in a thousand seeds.
  const expected = odds.map((odd) => (draws * odd) / total);
  const square = [0, 1, 2, 3].reduce(
    (sum, i) => sum + ((counts[i] as number) - (expected[i] as number)) ** 2 / (expected[i] as number),
    0,
  );
  expect(square).toBeLessThan(16.3);
  expect(counts[4]).toBe(0);
});

test("logits far from zero neither overflow nor vanish", () => {
  const drawer = new TokenDrawer(3);
  expect(drawer.draw(Float32Array.of(1e30, 1e30, -1e30), 0, 0.75)).toBe(1);
  expect(drawer.logProbability).toBeCloseTo(Math.log(0.5), 12);
});
