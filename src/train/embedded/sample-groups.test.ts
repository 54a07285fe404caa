import { expect, test } from "vitest";
import { exactWeights } from "../../../test/support/float64-llama.ts";
import { exactResponse } from "../../../test/support/float64-ppo.ts";
import { noisyWeights } from "../../../test/support/ppo-case.ts";
import { TINY } from "../../../test/support/tiny-policy.ts";
import { createExecutor } from "../../embedded/engine/executor.ts";
import { createRandom } from "../../embedded/random.ts";
import { parameterList } from "../../embedded/weights.ts";
import { ProgramCache } from "./program-cache.ts";
import { type SampleGroupsOptions, sampleGroups } from "./sample-groups.ts";

const random = createRandom(8);
const weights = noisyWeights(TINY, 7);
const programs = new ProgramCache(await createExecutor({ kind: "onnxruntime", threads: 1 }));
const prompts = [3, 9, 1, 70].map((length) => Array.from({ length }, () => random.integer(TINY.vocabSize)));

const END = 4;
const sample = (more: Partial<SampleGroupsOptions> = {}) =>
  sampleGroups({
    config: TINY,
    parameters: parameterList(TINY, weights),
    programs,
    prompts,
    rows: 6,
    maxTokens: 12,
    endToken: END,
    seed: 1,
    ...more,
  });

test("log-probabilities are those of reading everything afresh: the importance ratio is 1", async () => {
  let worst = 0;
  for (const [index, responses] of (await sample()).entries()) {
    for (const { tokens, logProbabilities } of responses) {
      const { chosen } = exactResponse(TINY, exactWeights(weights), prompts[index] as number[], tokens);
      for (const [t, log] of chosen.entries())
        worst = Math.max(worst, Math.abs(Math.exp(log - (logProbabilities[t] as number)) - 1));
    }
  }
  // Seen: 5e-7.
  expect(worst).toBeLessThan(1e-5);
});

test("a response ends with the end token, or is cut off at the limit, never both", async () => {
  const responses = (await sample({ rows: 24 })).flat();
  for (const { tokens, logProbabilities, cutOff } of responses) {
    expect(tokens.slice(0, -1)).not.toContain(END);
    expect(tokens.at(-1) === END).toBe(!cutOff);
    if (cutOff) expect(tokens).toHaveLength(12);
    expect(logProbabilities).toHaveLength(tokens.length);
  }
  expect(new Set(responses.map(({ cutOff }) => cutOff))).toEqual(new Set([true, false]));
  expect(new Set(responses.map(({ tokens }) => tokens.join())).size).toBeGreaterThan(48);
});

test("an end token that is the last that fits is no cut", async () => {
  const responses = (await sample({ rows: 24, maxTokens: 2 })).flat();
  const last = responses.filter(({ tokens }) => tokens.length === 2 && tokens[1] === END);
  expect(last.length).toBeGreaterThan(0);
  for (const { cutOff } of last) expect(cutOff).toBe(false);
});

test("a lower limit cuts the same responses shorter, down to one token", async () => {
  const long = (await sample()).flat();
  for (const maxTokens of [1, 2]) {
    for (const [row, { tokens }] of (await sample({ maxTokens })).flat().entries())
      expect(tokens).toEqual(long[row]?.tokens.slice(0, maxTokens));
  }
});

test("a row draws the same whatever prompts and rows are beside it", async () => {
  const together = await sample();
  const fewer = await sample({ rows: 2 });
  const other = await sample({
    prompts: [prompts[0] as number[], prompts[3] as number[], prompts[2] as number[]],
  });
  const alone = await sample({ prompts: [prompts[0] as number[]], rows: 1 });
  const tokensOf = (responses: typeof together, prompt: number) =>
    responses[prompt]?.map(({ tokens }) => tokens);
  for (const index of [0, 1, 2, 3])
    expect(tokensOf(fewer, index)).toEqual(tokensOf(together, index)?.slice(0, 2));
  expect(tokensOf(other, 0)).toEqual(tokensOf(together, 0));
  expect(tokensOf(other, 2)).toEqual(tokensOf(together, 2));
  expect(tokensOf(alone, 0)).toEqual(tokensOf(together, 0)?.slice(0, 1));
});

test("a seed gives the same to the bit, another something else", async () => {
  expect(await sample()).toEqual(await sample());
  expect(await sample({ seed: 2 })).not.toEqual(await sample());
});
