import { expect, test } from "vitest";
import { exactWeights } from "../../../test/support/float64-llama.ts";
import { centralDifferences, exactValueLoss, relativeErrors } from "../../../test/support/float64-ppo.ts";
import { noisyCritic, padded, ppoCase, worstOf } from "../../../test/support/ppo-case.ts";
import { createExecutor, type Executor } from "../../embedded/engine/executor.ts";
import { criticParameters } from "./actor-critic.ts";
import { localCompute } from "./compute.ts";

const { config, prompt, rows, packed } = ppoCase();
const critic = noisyCritic(config, 12);
const CLIP = 0.5;

async function computed(kind: Executor["kind"], clip: number | null) {
  const compute = localCompute(await createExecutor({ kind, threads: 1 }));
  const { shape, inputs } = packed;
  const task = { config, parameters: criticParameters(config, critic), shape, inputs };
  const fields = (["weights", "returns", "oldValues"] as const).map((name) => padded(packed, rows, name));
  const result = await compute.run("critic", { ...task, rows: fields, clip });
  const values = await compute.run("values", task);
  await compute.dispose();
  return { ...result, values };
}

const exact = (clip: number | null, at = exactWeights(critic)) =>
  exactValueLoss(config, at, prompt, rows, clip);

function exactGradient(clip: number | null) {
  const at = exactWeights(critic);
  return centralDifferences(at, () => exact(clip, at).loss);
}

const GRADIENTS = new Map([CLIP, null].map((clip) => [clip, exactGradient(clip)]));

test("the group tests a value held back on either side, the loss taking it or not, and values in bounds", () => {
  const seen = exact(CLIP).values.flatMap((row, r) =>
    row.map((value, t) => {
      const [old, target] = [rows[r]?.oldValues[t] as number, rows[r]?.returns[t] as number];
      const change = value - old;
      if (Math.abs(change) <= CLIP) return "inside";
      const held = old + Math.sign(change) * CLIP;
      return `${change > 0 ? "above" : "below"}, ${Math.abs(held - target) > Math.abs(value - target) ? "held" : "free"}`;
    }),
  );
  expect(new Set(seen)).toEqual(
    new Set(["inside", "above, held", "above, free", "below, held", "below, free"]),
  );
});

// Seen: 3e-7 on values; on gradients 6e-7 with ONNX Runtime and 1.2e-6 with Wasm.
test.each([
  ["onnxruntime", CLIP],
  ["onnxruntime", null],
  ["wasm", CLIP],
  ["wasm", null],
] as const)("loss, values and the whole gradient are those of float64 (%s, clip %s)", async (kind, clip) => {
  const found = await computed(kind, clip);
  const wanted = exact(clip);
  expect(Math.abs(found.loss - wanted.loss)).toBeLessThan(1e-6);
  expect(worstOf(packed, found.values, wanted.values)).toBeLessThan(2e-6);
  expect(worstOf(packed, found.perToken[0] as Float32Array, wanted.values)).toBeLessThan(2e-6);
  const gradient = GRADIENTS.get(clip) ?? [];
  expect(found.gradients).toHaveLength(gradient.length);
  for (const worst of relativeErrors(found.gradients, gradient)) expect(worst).toBeLessThan(1e-5);
});

test("before the first step of a batch nothing is clipped: the gradient is that without a clip", async () => {
  const { values } = exact(null);
  const onPolicy = rows.map((row, r) => ({ ...row, oldValues: values[r] as number[] }));
  const at = exactWeights(critic);
  const held = exactValueLoss(config, at, prompt, onPolicy, 0.01);
  const free = exactValueLoss(config, at, prompt, onPolicy, null);
  expect(held.loss).toBeCloseTo(free.loss, 12);
  expect(held.loss).toBeCloseTo(exact(null).loss, 12);
});
