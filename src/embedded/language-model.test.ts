import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { generateText, streamText } from "ai";
import { expect, test } from "vitest";
import { TINY_SPEAKER, tinyWeights } from "../../test/support/tiny-policy.ts";
import { watchProgress } from "../core/progress.ts";
import { embeddedModel } from "./language-model.ts";
import { toHuggingFaceConfig } from "./pretrained.ts";
import { aggregationPrompt, synthesisPrompt } from "./prompts.ts";
import { writeSafetensors } from "./safetensors.ts";
import { VOCABULARY } from "./tokenizer.ts";
import { sampleProblem } from "./worklist.ts";

/** A model directory with untrained weights. */
async function tinyDirectory(): Promise<URL> {
  const path = await mkdtemp(join(tmpdir(), "pacore-model-"));
  await writeFile(join(path, "config.json"), JSON.stringify(toHuggingFaceConfig(TINY_SPEAKER)));
  await writeFile(join(path, "vocabulary.json"), JSON.stringify(VOCABULARY));
  await writeFile(join(path, "model.safetensors"), writeSafetensors(tinyWeights(TINY_SPEAKER)));
  return pathToFileURL(`${path}/`);
}

const tiny = embeddedModel({ directory: await tinyDirectory() });
const shipped = embeddedModel();
const PROBLEM = sampleProblem(1);

const call = (text: string, more: Partial<LanguageModelV4CallOptions> = {}): LanguageModelV4CallOptions => ({
  prompt: [{ role: "user", content: [{ type: "text", text }] }],
  seed: 1,
  ...more,
});

async function parts(options: LanguageModelV4CallOptions, model = shipped) {
  const seen: LanguageModelV4StreamPart[] = [];
  for await (const part of (await model.doStream(options)).stream) seen.push(part);
  return seen;
}

test("reasoning and conclusion are separate, and usage counts both exactly", async () => {
  const { content, usage, finishReason } = await shipped.doGenerate(call(PROBLEM));
  expect(content.map(({ type }) => type)).toEqual(["reasoning", "text"]);
  const [reasoning, text] = content.map((part) => ("text" in part ? part.text : ""));
  expect(reasoning).toMatch(/^[A-H]: \d ×?\S/);
  expect(reasoning?.split("\n")).toHaveLength(5);
  expect(text).toMatch(/^A=\d( [B-H]=\d){5,7}$/);
  // Each of five parts is nine tokens; <think> and </think> are two.
  expect(usage.outputTokens).toEqual({
    total: 47 + (text ?? "").split(" ").length,
    reasoning: 47,
    text: (text ?? "").split(" ").length,
  });
  expect(usage.inputTokens.total).toBe(1 + 5 * (PROBLEM.split("\n").length - 1));
  expect(finishReason.unified).toBe("stop");
});

test("a stream gives what generate gives, in order", async () => {
  const { content, usage, finishReason } = await shipped.doGenerate(call(PROBLEM, { seed: 9 }));
  const seen = await parts(call(PROBLEM, { seed: 9 }));
  const text = (type: "reasoning-delta" | "text-delta") =>
    seen.map((part) => (part.type === type ? part.delta : "")).join("");
  expect(content).toEqual([
    { type: "reasoning", text: text("reasoning-delta") },
    { type: "text", text: text("text-delta") },
  ]);
  const kinds = seen.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1]);
  expect(kinds).toEqual([
    "stream-start",
    "reasoning-start",
    "reasoning-delta",
    "reasoning-end",
    "text-start",
    "text-delta",
    "text-end",
    "finish",
  ]);
  const finish = seen.at(-1);
  expect(finish).toMatchObject({ type: "finish", finishReason });
  expect(finish?.type === "finish" && finish.usage.outputTokens).toEqual(usage.outputTokens);
});

test("a token limit may cut inside the reasoning; then there is no conclusion", async () => {
  const { content, usage, finishReason } = await shipped.doGenerate(call(PROBLEM, { maxOutputTokens: 7 }));
  expect(content.map(({ type }) => type)).toEqual(["reasoning"]);
  expect(usage.outputTokens).toEqual({ total: 7, reasoning: 7, text: 0 });
  expect(finishReason.unified).toBe("length");
});

test("a stop sequence ends the conclusion before it", async () => {
  const { content, finishReason } = await shipped.doGenerate(call(PROBLEM, { stopSequences: [" C"] }));
  expect(content.at(-1)).toMatchObject({ text: expect.stringMatching(/^A=\d B=\d$/) });
  expect(finishReason.unified).toBe("stop");
});

test("seeds decide the text, and without one calls differ", async () => {
  const texts = (seeds: (number | undefined)[]) =>
    Promise.all(
      seeds.map(async (seed) => JSON.stringify((await shipped.doGenerate(call(PROBLEM, { seed }))).content)),
    );
  const [a, b, c] = await texts([5, 5, 6]);
  expect(b).toBe(a);
  expect(c).not.toBe(a);
  expect(new Set(await texts(Array(6).fill(undefined))).size).toBeGreaterThan(1);
});

test("temperature 0 is the same for every seed", async () => {
  const greedy = (seed: number) => shipped.doGenerate(call(PROBLEM, { seed, temperature: 0 }));
  expect((await greedy(1)).content).toEqual((await greedy(2)).content);
});

test("a repeated prompt is read from the cache and counted as such", async () => {
  const fresh = sampleProblem(4711);
  const usages = await Promise.all(
    [1, 2].map(async (seed) => (await shipped.doGenerate(call(fresh, { seed }))).usage),
  );
  const total = usages[0]?.inputTokens.total;
  expect(usages.map(({ inputTokens }) => inputTokens)).toMatchObject([
    { total, noCache: total, cacheRead: 0 },
    { total, noCache: 0, cacheRead: total },
  ]);
});

test.each([
  ["a synthesis prompt", synthesisPrompt(PROBLEM, ["A=1 B=2 C=3 D=4 E=5 F=6", ""])],
  ["a problem with white space around it", `${PROBLEM}\n`],
  [
    "a synthesis prompt of odd conclusions",
    synthesisPrompt(PROBLEM, ["I think it is 4.", "B=2 C=3", "A = 1, B = 2"]),
  ],
  ["a synthesis prompt whose problem ends with a line break", synthesisPrompt(`${PROBLEM}\n`, ["A=1"])],
  ["references to aggregate", aggregationPrompt(["A=1 B=2", "A=1 B=3"])],
])("%s is understood", async (_, text) => {
  const { finishReason } = await tiny.doGenerate(call(text));
  expect(finishReason.raw).not.toBe("unsupported-prompt");
});

test.each([
  "What is 2+2?",
  "",
  "한국어 🙂",
  synthesisPrompt("What is 2+2?", ["4"]),
  synthesisPrompt(PROBLEM, Array(65).fill("A=1")),
  synthesisPrompt(PROBLEM, ["A=1"]).slice(0, -1),
])("asked %j, it says what it is, what it can do and how to name a real model", async (text) => {
  const { content, finishReason, usage } = await tiny.doGenerate(call(text, { maxOutputTokens: 3 }));
  expect(content).toEqual([{ type: "text", text: expect.stringContaining(sampleProblem(1)) }]);
  expect(content[0]).toMatchObject({
    text: expect.stringContaining("--model http://localhost:8000/v1#model-id"),
  });
  expect(finishReason.unified).toBe("stop");
  expect(usage.outputTokens.total).toBe(0);
  const seen = await parts(call(text), tiny);
  expect(seen.map(({ type }) => type)).toEqual([
    "stream-start",
    "text-start",
    "text-delta",
    "text-end",
    "finish",
  ]);
});

test("what it does not support is warned of, not refused", async () => {
  const { warnings } = await tiny.doGenerate({
    ...call(PROBLEM),
    prompt: [
      { role: "system", content: "Be brief." },
      ...call("earlier").prompt,
      { role: "assistant", content: [{ type: "text", text: "yes" }] },
      ...call(PROBLEM).prompt,
    ],
    tools: [{ type: "function", name: "f", inputSchema: {} }],
    responseFormat: { type: "json" },
    presencePenalty: 1,
  });
  expect(warnings.map((warning) => "feature" in warning && warning.feature)).toEqual([
    "tools",
    "responseFormat",
    "presencePenalty",
    "system messages",
    "conversation history",
  ]);
  expect((await tiny.doGenerate(call(PROBLEM))).warnings).toEqual([]);
});

test("progress is reported token by token, streaming or not", async () => {
  const { signal } = new AbortController();
  const seen: number[] = [];
  watchProgress(signal, ({ tokens }) => seen.push(tokens));
  const options = call(PROBLEM, { abortSignal: signal, maxOutputTokens: 4 });
  await tiny.doGenerate(options);
  await parts(options, tiny);
  const once = seen.slice(0, seen.length / 2);
  expect(once).toEqual([1, 2, 3, 4].slice(0, once.length));
  expect(seen).toEqual([...once, ...once]);
});

test("an abort rejects with its reason, while generating and while streaming", async () => {
  const reason = new Error("enough");
  const doomed = () => {
    const controller = new AbortController();
    watchProgress(controller.signal, ({ tokens }) => tokens === 3 && controller.abort(reason));
    return call(PROBLEM, { abortSignal: controller.signal });
  };
  await expect(shipped.doGenerate(doomed())).rejects.toBe(reason);
  await expect(parts(doomed())).rejects.toBe(reason);
  await expect(shipped.doGenerate(call(PROBLEM, { abortSignal: AbortSignal.abort(reason) }))).rejects.toBe(
    reason,
  );
  await expect(shipped.doStream(call(PROBLEM, { abortSignal: AbortSignal.abort(reason) }))).rejects.toBe(
    reason,
  );
});

test("a reader that goes away stops the sample", async () => {
  const { signal } = new AbortController();
  let last = 0;
  watchProgress(signal, ({ tokens }) => {
    last = tokens;
  });
  const { stream } = await shipped.doStream(call(PROBLEM, { abortSignal: signal }));
  const reader = stream.getReader();
  while ((await reader.read()).value?.type !== "reasoning-delta");
  await reader.cancel();
  const atCancel = last;
  await shipped.doGenerate(call(PROBLEM));
  expect(last).toBe(atCancel);
});

test("it is a model like any other to the AI SDK", async () => {
  const { text, reasoningText, usage } = await generateText({ model: shipped, prompt: PROBLEM, seed: 2 });
  const streamed = streamText({ model: shipped, prompt: PROBLEM, seed: 2 });
  expect(await streamed.text).toBe(text);
  expect(await streamed.reasoningText).toBe(reasoningText);
  expect(usage.outputTokens).toBe(47 + text.split(" ").length);
});

test("a missing model directory is an error that names the file", async () => {
  const directory = new URL("nowhere/", await tinyDirectory());
  await expect(embeddedModel({ directory }).doGenerate(call(PROBLEM))).rejects.toThrow("nowhere");
});
