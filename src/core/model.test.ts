import {
  createProviderRegistry,
  customProvider,
  generateText,
  jsonSchema,
  Output,
  stepCountIs,
  streamText,
  tool,
  wrapLanguageModel,
} from "ai";
import { expect, test } from "vitest";
import { type Script, scriptedModel } from "../testing/scripted-model.ts";
import { pacore, pacoreMiddleware } from "./model.ts";
import { problemOf } from "./prompt-slot.ts";

const think: Script = ({ number }) => ({ reasoning: "hm", text: `answer ${number}` });

test("generateText gets the coordinated answer, with usage summed and the receipt", async () => {
  const model = scriptedModel(think);
  const result = await generateText({ model: pacore(model, { widths: [4] }), prompt: "x?" });
  expect(model.calls).toHaveLength(5);
  expect(result.text).toBe("answer 4");
  expect(result.usage).toMatchObject({
    inputTokens: 50,
    outputTokens: 15,
    outputTokenDetails: { textTokens: 2, reasoningTokens: 13 },
  });
  expect(result.providerMetadata?.pacore).toMatchObject({ source: "synthesis", receipt: { ttc: 15 } });
});

test("streamText streams the last round, after the progress of the hidden ones as reasoning", async () => {
  const model = scriptedModel(think);
  const result = streamText({ model: pacore(model, { widths: [3] }), prompt: "x?" });
  const deltas: string[] = [];
  for await (const delta of result.textStream) deltas.push(delta);
  expect(deltas.join("")).toBe("answer 3");
  expect(deltas.length).toBeGreaterThan(1);
  expect(await result.reasoningText).toContain("round 1: 3 trajectories");
  expect(await result.finishReason).toBe("stop");
  expect((await result.usage).outputTokens).toBe(12);
  expect(model.calls.map((call) => call.streamed)).toEqual([false, false, false, true]);
});

test("an outer retry does not pay for the rounds again", async () => {
  const script: Script = ({ number }) => (number >= 4 ? { error: new Error("down") } : "m");
  const model = scriptedModel(script);
  const answer = generateText({
    model: pacore(model, { widths: [4], maxRetries: 0 }),
    prompt: "x?",
    maxRetries: 3,
  });
  await expect(answer).rejects.toThrow("The last round failed: down");
  expect(model.calls).toHaveLength(5);
});

test("tools run in a loop: the last round's call is executed, its result is the next problem", async () => {
  const model = scriptedModel(({ prompt }) =>
    prompt.at(-1)?.role === "tool"
      ? `It is ${problemOf(prompt).includes("22") ? 22 : "unknown"}.`
      : { toolCalls: [{ toolName: "weather", input: '{"city":"Paris"}' }] },
  );
  const result = await generateText({
    model: pacore(model, { widths: [2] }),
    prompt: "How warm is it?",
    tools: {
      weather: tool({
        inputSchema: jsonSchema<{ city: string }>({
          type: "object",
          properties: { city: { type: "string" } },
        }),
        execute: async ({ city }) => `22 degrees in ${city}`,
      }),
    },
    stopWhen: stepCountIs(3),
  });
  expect(result.text).toBe("It is 22.");
  expect(result.steps).toHaveLength(2);
  expect(model.calls).toHaveLength(6);
  const last = model.calls.at(-1);
  expect(problemOf(last?.prompt ?? [])).toContain("Original Problem:\n22 degrees in Paris");
});

test("a structured output is asked for in the last round alone", async () => {
  const model = scriptedModel(({ responseFormat }) => (responseFormat?.type === "json" ? '{"n":4}' : "four"));
  const schema = jsonSchema<{ n: number }>({ type: "object", properties: { n: { type: "number" } } });
  const { output } = await generateText({
    model: pacore(model, { widths: [2] }),
    prompt: "2+2",
    output: Output.object({ schema }),
  });
  expect(output).toEqual({ n: 4 });
  expect(model.calls.map((call) => call.responseFormat?.type ?? "text")).toEqual(["text", "text", "json"]);
});

test("it composes as middleware and in a registry", async () => {
  const model = scriptedModel(think);
  const wrapped = wrapLanguageModel({ model, middleware: pacoreMiddleware({ widths: [2] }) });
  expect((await generateText({ model: wrapped, prompt: "x?" })).text).toBe("answer 2");
  const registry = createProviderRegistry({
    pacore: customProvider({ languageModels: { high: pacore(model, { widths: "high" }) } }),
  });
  await generateText({ model: registry.languageModel("pacore:high"), prompt: "x?" });
  expect(model.calls).toHaveLength(3 + 37);
});

test("a stream whose last round breaks after its first text ends in an error, not in two answers", async () => {
  const model = scriptedModel(({ streamed }) => (streamed ? { text: "a long answer", breakAfter: 4 } : "m"));
  const { stream } = await pacore(model, { widths: [1], retryDelayMs: 0 }).doStream({
    prompt: [{ role: "user", content: [{ type: "text", text: "x" }] }],
  });
  const parts = await Array.fromAsync(stream);
  expect(parts.filter((part) => part.type === "text-delta")).toHaveLength(1);
  expect(parts.at(-1)).toMatchObject({ type: "error" });
  expect(model.calls).toHaveLength(2);
});

test("a stream that breaks before any text is asked again", async () => {
  let broken = 0;
  const model = scriptedModel(({ streamed }) =>
    streamed && broken++ === 0 ? { text: "abc", breakAfter: 0 } : "fine",
  );
  const result = streamText({ model: pacore(model, { widths: [1], retryDelayMs: 0 }), prompt: "x" });
  expect(await result.text).toBe("fine");
});

test("a streamed answer that meets its cap ends as one that was cut short, and is not paid for twice", async () => {
  const model = scriptedModel(({ streamed }) =>
    streamed ? { text: "half an answ", finish: "length" } : "m",
  );
  const result = streamText({ model: pacore(model, { widths: [1] }), prompt: "x", maxOutputTokens: 3 });
  expect(await result.text).toBe("half an answ");
  expect(await result.finishReason).toBe("length");
  expect(model.calls).toHaveLength(2);
});

test("a client that leaves the stream cancels every call", async () => {
  const model = scriptedModel(() => ({ text: "m", delayMs: 60_000 }));
  const { stream } = await pacore(model, { widths: [8] }).doStream({
    prompt: [{ role: "user", content: [{ type: "text", text: "x" }] }],
  });
  const reader = stream.getReader();
  while (model.inFlight() < 8) await reader.read();
  await reader.cancel();
  await expect.poll(() => model.inFlight(), { interval: 5 }).toBe(0);
});

test("inline reasoning of the last round is streamed as reasoning", async () => {
  const model = scriptedModel(() => "<think>secret</think>\n\nopen");
  const result = streamText({ model: pacore(model, { widths: [1], progress: false }), prompt: "x" });
  expect(await result.text).toBe("open");
  expect(await result.reasoningText).toBe("secret");
});
