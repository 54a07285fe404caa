import { expect, test } from "vitest";
import { exactWeights } from "../../../test/support/float64-llama.ts";
import { centralDifferences, exactPolicyLoss, relativeErrors } from "../../../test/support/float64-ppo.ts";
import { padded, ppoCase, worstOf } from "../../../test/support/ppo-case.ts";
import { createExecutor, type Executor } from "../../embedded/engine/executor.ts";
import { parameterList, type Weights } from "../../embedded/weights.ts";
import { localCompute } from "./compute.ts";
import type { Gradient } from "./compute-tasks.ts";

const { config, weights, start, prompt, rows, packed } = ppoCase();

interface Options {
  clip: number;
  entropy: number;
  start?: Weights;
}

/** The padded group's loss and gradient as training computes them. */
async function computed(kind: Executor["kind"], { clip, entropy, start }: Options): Promise<Gradient> {
  const compute = localCompute(await createExecutor({ kind, threads: 1 }));
  const { shape, inputs, targets } = packed;
  const fields = (["weights", "advantages", "old"] as const).map((name) => padded(packed, rows, name));
  const result = await compute.run("policy", {
    config,
    parameters: parameterList(config, weights),
    shape,
    inputs,
    rows: [targets, ...fields, ...(start ? [padded(packed, rows, "klWeights")] : [])],
    options: { clip, entropy },
    start: start && parameterList(config, start),
  });
  await compute.dispose();
  return result;
}

/** The same from the papers' formulas, in float64. */
function exact({ start, ...options }: Options, at = exactWeights(weights)) {
  return exactPolicyLoss(config, at, prompt, rows, {
    ...options,
    ...(start && { start: exactWeights(start) }),
  });
}

function exactGradient(options: Options) {
  const at = exactWeights(weights);
  return centralDifferences(at, () => exact(options, at).loss);
}

const WHOLE = { clip: 0.2, entropy: 0.05, start };
const PLAIN = { clip: 0.2, entropy: 0 };

test("the group tests clipping on both sides with both signs, and where it does not bind", () => {
  const seen = exact(PLAIN).rows.flatMap(({ ratios }, row) =>
    ratios.map((ratio, t) => {
      const side = ratio > 1.2 ? "above" : ratio < 0.8 ? "below" : "inside";
      return `${side} ${(rows[row]?.advantages[t] as number) > 0 ? "+" : "-"}`;
    }),
  );
  expect(new Set(seen)).toEqual(
    new Set(["above +", "above -", "below +", "below -", "inside +", "inside -"]),
  );
});

const WHOLE_GRADIENT = exactGradient(WHOLE);

// Seen: ONNX Runtime 8e-7 on tokens and 5e-7 on gradients; Wasm, whose exp and log are coarser, 1.3e-5 and 1.6e-6.
test.each([
  { kind: "onnxruntime", tokens: 5e-6, gradients: 5e-6 },
  { kind: "wasm", tokens: 5e-5, gradients: 1e-5 },
] as const)(
  "clipped objective, entropy bonus and divergence, and the gradient of all of it, are those of float64 ($kind)",
  async ({ kind, tokens, gradients }) => {
    const found = await computed(kind, WHOLE);
    const wanted = exact(WHOLE);
    expect(Math.abs(found.loss - wanted.loss)).toBeLessThan(2e-6);
    for (const [output, name] of (["chosen", "entropies", "divergences"] as const).entries()) {
      const rows = wanted.rows.map((row) => row[name]);
      expect(worstOf(packed, found.perToken[output] as Float32Array, rows)).toBeLessThan(tokens);
    }
    expect(found.gradients).toHaveLength(WHOLE_GRADIENT.length);
    for (const worst of relativeErrors(found.gradients, WHOLE_GRADIENT))
      expect(worst).toBeLessThan(gradients);
  },
);

test("without bonus and divergence the loss is the clipped objective alone", async () => {
  const found = await computed("onnxruntime", PLAIN);
  expect(Math.abs(found.loss - exact(PLAIN).loss)).toBeLessThan(2e-6);
  for (const worst of relativeErrors(found.gradients, exactGradient(PLAIN))) expect(worst).toBeLessThan(5e-6);
  expect(new Set((found.perToken[2] as Float32Array).map(Math.abs))).toEqual(new Set([0]));
});

test("the divergence from the start itself is zero", async () => {
  const [, , divergences] = (await computed("onnxruntime", { ...WHOLE, start: weights })).perToken;
  for (const nats of divergences as Float32Array) expect(Math.abs(nats)).toBeLessThan(1e-6);
});
