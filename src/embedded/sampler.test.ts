import { expect, test } from "vitest";
import { tinyPolicy } from "../../test/support/tiny-policy.ts";
import type { Policy } from "./policy.ts";
import type { SampleRequest } from "./row.ts";
import { MAX_NEW_TOKENS, Sampler } from "./sampler.ts";
import { sampleProblem } from "./worklist.ts";

const policy = await tinyPolicy("onnxruntime");
const promptOf = (seed: number) => policy.tokenizer.encode(sampleProblem(seed)) as number[];
const request = (seed: number, more: Partial<SampleRequest> = {}): SampleRequest => ({
  prompt: promptOf(1),
  seed,
  temperature: 1,
  topP: 1,
  topK: 0,
  maxTokens: 20,
  ...more,
});

/** Counts how often prompts are read, and how wide the steps are. */
function counting(inner: Policy) {
  const counts = { prefills: 0, steps: 0 };
  const counted: Policy = {
    ...inner,
    prefill: (tokens) => {
      counts.prefills += 1;
      return inner.prefill(tokens);
    },
    decoder: async (shape) => {
      counts.steps += 1;
      return inner.decoder(shape);
    },
  };
  return { counted, counts };
}

test("a seed and a prompt give the same tokens alone, among equals and among others", async () => {
  const sampler = new Sampler(policy);
  const alone = [];
  for (let seed = 0; seed < 12; seed++) alone.push(await sampler.sample(request(seed)));
  const together = await Promise.all(alone.map((_, seed) => sampler.sample(request(seed))));
  const mixed = await Promise.all(
    alone.flatMap((_, seed) => [
      sampler.sample(request(seed)),
      sampler.sample(request(seed, { prompt: promptOf(seed + 2) })),
    ]),
  );
  expect(new Set(alone.map(({ tokens }) => tokens.join())).size).toBeGreaterThan(6);
  for (const [seed, { tokens }] of alone.entries()) {
    expect(together[seed]?.tokens).toEqual(tokens);
    expect(mixed[2 * seed]?.tokens).toEqual(tokens);
  }
});

test("calls that arrive while others are decoding join them", async () => {
  const { counted, counts } = counting(policy);
  const sampler = new Sampler(counted);
  const late: Promise<unknown>[] = [];
  const onToken = () => {
    if (late.length === 0) late.push(sampler.sample(request(2, { maxTokens: 15 })));
    return false;
  };
  const first = await sampler.sample(request(1, { maxTokens: 20, topK: 0, onToken, temperature: 1 }));
  await Promise.all(late);
  const alone = await new Sampler(policy).sample(request(1));
  expect(first.tokens).toEqual(alone.tokens);
  expect(counts.prefills).toBe(1);
  expect(counts.steps).toBeLessThan(40);
});

test("equal prompts are read once, and samples after the first are told so", async () => {
  const { counted, counts } = counting(policy);
  const sampler = new Sampler(counted);
  const samples = await Promise.all(Array.from({ length: 32 }, (_, seed) => sampler.sample(request(seed))));
  expect(counts.prefills).toBe(1);
  expect(samples.map(({ promptWasCached }) => promptWasCached)).toEqual([false, ...Array(31).fill(true)]);
  expect(counts.steps).toBeLessThanOrEqual(20);
});

test("log-probabilities are those of reading prompt and tokens afresh", async () => {
  const { tokens, logProbabilities } = await new Sampler(policy).sample(request(3));
  expect(tokens.length).toBeGreaterThan(3);
  for (const [index, token] of tokens.entries()) {
    const { logits } = await policy.prefill([...promptOf(1), ...tokens.slice(0, index)]);
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    expect(logProbabilities[index]).toBeCloseTo((logits[token] as number) - total, 4);
  }
});

test("both executors draw the same tokens", async () => {
  const wasm = new Sampler(await tinyPolicy("wasm"));
  for (const seed of [1, 2, 3]) {
    const [a, b] = await Promise.all([new Sampler(policy).sample(request(seed)), wasm.sample(request(seed))]);
    expect(b.tokens).toEqual(a.tokens);
    for (const [index, value] of b.logProbabilities.entries()) {
      expect(value).toBeCloseTo(a.logProbabilities[index] as number, 4);
    }
  }
});

test("temperature 0 is greedy: every seed gives the same", async () => {
  const sampler = new Sampler(policy);
  const [a, b] = await Promise.all([1, 2].map((seed) => sampler.sample(request(seed, { temperature: 0 }))));
  expect(a?.tokens).toEqual(b?.tokens);
});

test("a sample ends at its limit, at zero, and at what the caches can hold", async () => {
  const sampler = new Sampler(policy);
  const endless = { prompt: promptOf(1), temperature: 1, topP: 1, topK: 0, seed: 0 };
  const lengths = await Promise.all(
    [0, 1, 1000].map(async (maxTokens) => {
      const samples = await Promise.all(
        Array.from({ length: 8 }, (_, seed) => sampler.sample({ ...endless, seed, maxTokens })),
      );
      const cut = samples.filter(({ finish }) => finish === "length");
      return new Set(cut.map(({ tokens }) => tokens.length));
    }),
  );
  expect(lengths[0]).toEqual(new Set([0]));
  expect(lengths[1]).toEqual(new Set([1]));
  expect([...(lengths[2] as Set<number>)].every((length) => length === MAX_NEW_TOKENS)).toBe(true);
});

test("more samples than a lane has rows are all drawn", async () => {
  const sampler = new Sampler(policy);
  const samples = await Promise.all(
    Array.from({ length: 70 }, (_, seed) => sampler.sample(request(seed, { maxTokens: 3 }))),
  );
  expect(samples).toHaveLength(70);
  expect(sampler.active).toBe(0);
});

test("an aborted sample rejects with the reason and frees its row; the others go on", async () => {
  const sampler = new Sampler(policy);
  const controller = new AbortController();
  const reason = new Error("enough");
  let seen = 0;
  const doomed = sampler.sample(
    request(1, {
      abortSignal: controller.signal,
      onToken: () => {
        seen += 1;
        if (seen === 2) controller.abort(reason);
        return false;
      },
    }),
  );
  const other = sampler.sample(request(2));
  await expect(doomed).rejects.toBe(reason);
  expect((await other).tokens).toEqual((await new Sampler(policy).sample(request(2))).tokens);
  expect(seen).toBe(2);
  expect(sampler.active).toBe(0);
});

test("a signal aborted beforehand costs nothing", async () => {
  const { counted, counts } = counting(policy);
  const sample = new Sampler(counted).sample(request(1, { abortSignal: AbortSignal.abort("no") }));
  await expect(sample).rejects.toBe("no");
  expect(counts.prefills).toBe(0);
});

test("a program that fails fails the samples under way, and the sampler goes on afterwards", async () => {
  let broken = true;
  const sampler = new Sampler({
    ...policy,
    decoder: async (shape) => {
      if (broken) throw new Error("out of memory");
      return policy.decoder(shape);
    },
  });
  await expect(sampler.sample(request(1))).rejects.toThrow("out of memory");
  broken = false;
  await expect(sampler.sample(request(1))).resolves.toMatchObject({ tokens: expect.anything() });
});
