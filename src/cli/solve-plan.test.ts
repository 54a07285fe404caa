import { expect, test } from "vitest";
import { fingerprintOf, headerOf, planFrom, type SolvePlan } from "./solve-plan.ts";

const PLAN: SolvePlan = {
  model: "http://a/v1#m",
  widths: [4],
  call: { prompt: [{ role: "user", content: [{ type: "text", text: "2+2?" }] }], temperature: 0.7 },
  settings: { seed: 3, onCutOff: "drop" },
};

test("what a header holds is the plan again", () => {
  const limits = { deadlineMs: 1000 };
  const header = JSON.parse(JSON.stringify(headerOf("r", PLAN, limits)));
  expect(planFrom(header)).toEqual({ plan: PLAN, limits });
});

test("a sample's seed and problem come back too", () => {
  const plan = { ...PLAN, sample: { seed: 1, problem: "p" } };
  expect(planFrom(headerOf("r", plan, {})).plan).toEqual(plan);
});

test("limits do not change the fingerprint", () => {
  expect(headerOf("a", PLAN, {}).fingerprint).toBe(headerOf("b", PLAN, { budgetTokens: 5 }).fingerprint);
});

test.each([
  ["the problem", { call: { prompt: [{ role: "user", content: [{ type: "text", text: "2+3?" }] }] } }],
  ["the model", { model: "http://b/v1#m" }],
  ["the widths", { widths: [4, 4] }],
  ["the seed", { settings: { seed: 4, onCutOff: "drop" } }],
  ["a policy", { settings: { seed: 3, onCutOff: "retry" } }],
  ["the template", { settings: { ...PLAN.settings, template: "{{ original_prompt }}" } }],
  ["the sampling", { call: { ...PLAN.call, temperature: 0.8 } }],
])("%s changes the fingerprint", (_, change) => {
  expect(fingerprintOf({ ...PLAN, ...(change as Partial<SolvePlan>) })).not.toBe(fingerprintOf(PLAN));
});

test("the order of keys does not change the fingerprint", () => {
  const settings = { onCutOff: "drop", seed: 3 } as const;
  expect(fingerprintOf({ settings, call: PLAN.call, widths: [4], model: PLAN.model })).toBe(
    fingerprintOf(PLAN),
  );
});
