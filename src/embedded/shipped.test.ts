import { expect, test } from "vitest";
import { createPolicy } from "./policy.ts";
import { loadPretrained } from "./pretrained.ts";
import { synthesisPrompt } from "./prompts.ts";
import { Sampler } from "./sampler.ts";
import { parameterCount } from "./weights.ts";
import { sampleProblem } from "./worklist.ts";

const pretrained = await loadPretrained();
const policy = await createPolicy(pretrained);
const prompts = [0, 1, 2, 3, 4].flatMap((seed) => [
  sampleProblem(seed),
  synthesisPrompt(sampleProblem(seed), Array(seed * 5 + 1).fill("A=1 B=2 C=3 D=4 E=5 F=6")),
]);
const request = (text: string, seed: number) => ({
  prompt: pretrained.tokenizer.encode(text) as number[],
  seed,
  temperature: 1,
  topP: 1,
  topK: 0,
  maxTokens: 64,
});

test("the shipped model draws the same sample to the bit alone, among equals and among others", async () => {
  const together = new Sampler(policy);
  const mixed = await Promise.all(prompts.map((text, seed) => together.sample(request(text, seed))));
  for (const [index, text] of prompts.entries()) {
    const { tokens, logProbabilities } = await new Sampler(policy).sample(request(text, index));
    const equals = new Sampler(policy);
    const [first] = await Promise.all(
      Array.from({ length: [3, 9, 20][index % 3] as number }, (_, more) =>
        equals.sample(request(text, index + more)),
      ),
    );
    expect(first).toMatchObject({ tokens, logProbabilities });
    expect(mixed[index]).toMatchObject({ tokens, logProbabilities });
  }
});

test("it has at most a million parameters", () => {
  expect(parameterCount(pretrained.config)).toBeLessThan(1e6);
});
