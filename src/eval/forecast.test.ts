import { expect, test } from "vitest";
import { Forecaster, type Observation } from "./forecast.ts";

const seen = (read: number, rightShare: number, value: number): Observation => ({ read, rightShare, value });

test("a synthesis that answers what most messages say is forecast exactly by counting draws", () => {
  // Reads two: right with both right, half with one, never with none.
  const forecaster = new Forecaster([seen(2, 0, 0), seen(2, 0.5, 0), seen(2, 0.5, 1), seen(2, 1, 1)]);
  // 5 samples, 2 right: P(both) = 0.1, P(one) = 0.6 → 0.1 + 0.3.
  const { accuracy, extrapolated } = forecaster.forecast([2], [{ samples: 5, right: 2 }]);
  expect(accuracy).toBeCloseTo(0.4, 12);
  expect(extrapolated).toBe(false);
});

test("readers of one round share its messages: a second round multiplies nothing it should not", () => {
  // Right whenever any message is right: for [2,2] the second round is all right or all wrong.
  const forecaster = new Forecaster([seen(2, 0, 0), seen(2, 0.5, 1), seen(2, 1, 1)]);
  const odds = [{ samples: 4, right: 1 }];
  expect(forecaster.forecast([2], odds).accuracy).toBeCloseTo(0.5, 12);
  expect(forecaster.forecast([2, 2], odds).accuracy).toBeCloseTo(0.5, 12);
});

test("between widths that were run the response is linear in log K; beyond them it says so", () => {
  const forecaster = new Forecaster([seen(4, 0, 0.2), seen(16, 0, 0.6)]);
  const odds = [{ samples: 32, right: 0 }];
  expect(forecaster.forecast([8], odds)).toMatchObject({
    accuracy: expect.closeTo(0.4, 12),
    extrapolated: false,
  });
  expect(forecaster.forecast([64], odds)).toMatchObject({
    accuracy: expect.closeTo(0.6, 12),
    extrapolated: true,
  });
});

test("more messages than samples are drawn as if anew", () => {
  const forecaster = new Forecaster([seen(4, 0, 0), seen(4, 1, 1)]);
  // The share of right messages is the response itself, so its mean is the sample accuracy.
  expect(forecaster.forecast([4], [{ samples: 2, right: 1 }]).accuracy).toBeCloseTo(0.5, 12);
});

test("without a synthesis there is nothing to forecast from", () => {
  expect(new Forecaster([]).usable).toBe(false);
});
