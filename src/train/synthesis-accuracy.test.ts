import { expect, test } from "vitest";
import { scriptedModel } from "../testing/scripted-model.ts";
import type { PoolEntry } from "./pool/pool-entry.ts";
import { measureSynthesis, type SynthesisAccuracyOptions } from "./synthesis-accuracy.ts";

const entries = Array.from({ length: 6 }, (_, p): PoolEntry => {
  const messages = Array.from({ length: 5 }, (_, i) => ({ text: `p${p} m${i}`, score: 0 }));
  return { problem: { id: `p${p}`, prompt: `problem ${p}`, kind: "math" }, messages };
});

const measure = (options: Partial<SynthesisAccuracyOptions> & Pick<SynthesisAccuracyOptions, "model">) =>
  measureSynthesis({
    entries,
    samples: 4,
    messagesMin: 2,
    messagesMax: 3,
    maxOutputTokens: 9,
    seed: 1,
    score: async (_, message) => (message === "unsure" ? null : Number(message)),
    signal: new AbortController().signal,
    ...options,
  });

const textOf = (call: { prompt: unknown }) => /problem (\d)/.exec(JSON.stringify(call.prompt))?.[1] as string;

test("lines come in the order of the problems, whichever is done first", async () => {
  const model = scriptedModel((call) => ({ text: "1", delayMs: 20 - 4 * Number(textOf(call)) }));
  const lines = await Array.fromAsync(measure({ model }));
  expect(lines).toEqual(entries.map(({ problem: { id } }) => ({ id, synthesisAccuracy: 1, samples: 4 })));
});

test("a problem's samples read one message set under the synthesis prompt, each with a seed of its own", async () => {
  const model = scriptedModel(() => "1");
  await Array.fromAsync(measure({ model, entries: entries.slice(0, 1) }));
  const [first] = model.calls;
  expect(JSON.stringify(first?.prompt)).toContain("Reference 2:");
  expect(model.calls).toHaveLength(4);
  expect(new Set(model.calls.map(({ prompt }) => JSON.stringify(prompt))).size).toBe(1);
  expect(new Set(model.calls.map(({ seed }) => seed)).size).toBe(4);
  expect(first).toMatchObject({ temperature: 1, topP: 1, maxOutputTokens: 9 });
  const again = scriptedModel(() => "1");
  await Array.fromAsync(measure({ model: again, entries: entries.slice(0, 1) }));
  expect(again.calls.map(({ seed, prompt }) => [seed, prompt])).toEqual(
    model.calls.map(({ seed, prompt }) => [seed, prompt]),
  );
});

test("no conclusion counts as wrong, an unscored one not at all", async () => {
  const replies = ["1", "unsure", "<think>hm", "0.5"];
  const model = scriptedModel(({ number }) => replies[number % 4] as string);
  const [line] = await Array.fromAsync(measure({ model, entries: entries.slice(0, 1) }));
  expect(line).toEqual({ id: "p0", synthesisAccuracy: 0.5, samples: 3 });
  const [none] = await Array.fromAsync(
    measure({ model: scriptedModel(() => "unsure"), entries: entries.slice(0, 1) }),
  );
  expect(none).toEqual({ id: "p0", synthesisAccuracy: null, samples: 0 });
});

test("at most as many calls as allowed are under way, and as many are used", async () => {
  const model = scriptedModel(() => ({ text: "1", delayMs: 2 }));
  await Array.fromAsync(measure({ model, concurrency: 5 }));
  expect(model.peakInFlight()).toBe(5);
  expect(model.calls).toHaveLength(24);
});

test("an abort ends it with its reason, and every call with it", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const model = scriptedModel(({ number }) => ({ text: "1", delayMs: number < 4 ? 0 : 60_000 }));
  const run = async () => {
    for await (const { id } of measure({ model, signal: controller.signal, concurrency: 8 })) {
      expect(id).toBe("p0");
      controller.abort(reason);
    }
  };
  await expect(run()).rejects.toBe(reason);
  expect(model.inFlight()).toBe(0);
});

test("a call that fails ends it with its error, and the calls beside it are cancelled", async () => {
  const model = scriptedModel(({ number }) =>
    number === 3 ? { error: new Error("down") } : { text: "1", delayMs: 60_000 },
  );
  await expect(Array.fromAsync(measure({ model }))).rejects.toThrow("down");
  expect(model.inFlight()).toBe(0);
});

test("who stops listening cancels what is under way", async () => {
  const model = scriptedModel(({ number }) => ({ text: "1", delayMs: number < 4 ? 0 : 60_000 }));
  for await (const line of measure({ model })) {
    expect(line.id).toBe("p0");
    break;
  }
  expect(model.inFlight()).toBe(0);
});
