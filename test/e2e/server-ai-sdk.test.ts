import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool } from "ai";
import { expect, test } from "vitest";
import type { UpstreamReply, UpstreamRequest } from "../../src/testing/upstream.ts";
import { type Served, served } from "../support/served.ts";

const provider = ({ server }: Served) =>
  createOpenAICompatible({
    name: "pacore",
    baseURL: `${server.url}/v1`,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });

test("generateText gets the coordinated answer", async () => {
  await using s = await served({ script: { content: "42" } });
  const { text, usage } = await generateText({ model: provider(s)("model@2"), prompt: "6 times 7?" });
  expect(text).toBe("42");
  expect(usage.outputTokens).toBe(3);
  expect(usage.outputTokenDetails.reasoningTokens).toBe(2);
});

test("streamText gets progress as reasoning and the answer as text", async () => {
  await using s = await served({ script: { content: "The answer is 42." } });
  const { reasoningText, text, usage } = streamText({ model: provider(s)("model@2"), prompt: "6 times 7?" });
  expect(await text).toBe("The answer is 42.");
  expect(await reasoningText).toContain("round 1: 2 of 2");
  expect((await usage).outputTokens).toBe(12);
});

test("a tool loop calls the tool and answers with its result", async () => {
  const script = ({ body }: UpstreamRequest): UpstreamReply => {
    const history = body.messages as { role: string }[];
    if (!history.some(({ role }) => role === "tool"))
      return { toolCalls: [{ name: "lookup", arguments: '{"n":6}' }] };
    return { content: "It is 42." };
  };
  await using s = await served({ script });
  const asked: unknown[] = [];
  const lookup = tool({
    inputSchema: jsonSchema<{ n: number }>({ type: "object", properties: { n: { type: "number" } } }),
    execute: async (input) => {
      asked.push(input);
      return "forty-two";
    },
  });
  const loop = { prompt: "6 times 7?", tools: { lookup }, stopWhen: stepCountIs(3) };
  const whole = await generateText({ model: provider(s)("model@2"), ...loop });
  expect(whole.text).toBe("It is 42.");
  expect(await streamText({ model: provider(s)("model@2"), ...loop }).text).toBe("It is 42.");
  expect(asked).toEqual([{ n: 6 }, { n: 6 }]);
});

test("structured output comes back as the object", async () => {
  const script = ({ body }: UpstreamRequest) => ({ content: body.response_format ? '{"n":42}' : "42" });
  await using s = await served({ script });
  const schema = jsonSchema<{ n: number }>({
    type: "object",
    properties: { n: { type: "number" } },
    required: ["n"],
  });
  const { output } = await generateText({
    model: provider(s)("model@2"),
    prompt: "6 times 7?",
    output: Output.object({ schema }),
  });
  expect(output).toEqual({ n: 42 });
});

test("a failed run is an error that is not retried", async () => {
  await using s = await served({
    script: { status: 400, body: { error: { message: "no such thing", type: "invalid_request_error" } } },
  });
  const failed = generateText({ model: provider(s)("model@2"), prompt: "?", maxRetries: 2 });
  await expect(failed).rejects.toThrow(/no such thing/);
  expect(s.upstream.requests).toHaveLength(2);
});
