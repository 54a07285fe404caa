import { expect, test } from "vitest";
import { createPolicy } from "../embedded/policy.ts";
import { loadPretrained } from "../embedded/pretrained.ts";
import { Sampler } from "../embedded/sampler.ts";
import { checkLab } from "./lab-check.ts";
import { demonstrateLab } from "./lab-demonstration.ts";

const pretrained = await loadPretrained(new URL("../../models/embedded-start/", import.meta.url));
const sampler = new Sampler(await createPolicy(pretrained));
const options = { tokenizer: pretrained.tokenizer, sampler };

test("the start policy works parts, guesses the rest, ignores references, and can audit and aggregate", async () => {
  const { single, withReferences, audit, aggregation } = await checkLab({ ...options, problems: 64 });
  expect(single.workedDigitsRight).toBeGreaterThan(0.97);
  expect(single.unworkedDigitsRight).toBeLessThan(0.2);
  expect(single.right).toBeLessThan(0.15);
  expect(single.wellFormed).toBeGreaterThan(0.9);
  expect(withReferences.unworkedDigitsRight).toBeLessThan(0.3);
  expect(audit.right).toBeGreaterThan(0.6);
  for (const { digitsRight } of aggregation) expect(digitsRight).toBeGreaterThan(0.93);
});

test("its own conclusions hold the answer: plurality finds what no sample can", async () => {
  const { single, plurality, aggregation } = await demonstrateLab({ ...options, problems: 8 });
  expect(single).toBeLessThan(0.2);
  expect(plurality).toBeGreaterThan(0.8);
  expect(aggregation).toBeGreaterThan(0.6);
});
