import type { LanguageModelV2 } from "@ai-sdk/provider";
import { MockLanguageModelV3 } from "ai/test";
import { expect, test } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { toLanguageModelV4 } from "./any-model.ts";
import { pacore } from "./model.ts";
import { solve } from "./solve.ts";

const v3 = () =>
  new MockLanguageModelV3({
    doGenerate: async () => ({
      content: [{ type: "text", text: "old but right" }],
      finishReason: { unified: "stop", raw: undefined },
      usage: {
        inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 4, text: 4, reasoning: 0 },
      },
      warnings: [],
    }),
  });

const v2: LanguageModelV2 = {
  specificationVersion: "v2",
  provider: "old",
  modelId: "old",
  supportedUrls: {},
  doGenerate: async () => ({
    content: [{ type: "text", text: "older but right" }],
    finishReason: "stop",
    usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 },
    warnings: [],
  }),
  doStream: async () => ({ stream: new ReadableStream() }),
};

test("models of earlier interface versions go in, and their usage comes out", async () => {
  expect(await solve(v3(), "x?", { widths: [2] })).toMatchObject({
    answer: "old but right",
    receipt: { ttc: 12 },
  });
  expect(await solve(v2, "x?", { widths: [2] })).toMatchObject({
    answer: "older but right",
    receipt: { ttc: 12 },
  });
  const { content } = await pacore(v3(), { widths: [1] }).doGenerate({
    prompt: [{ role: "user", content: [] }],
  });
  expect(content).toMatchObject([{ text: "old but right" }]);
});

test("a model of today is itself; what is none is refused", async () => {
  const model = scriptedModel(() => "m");
  expect(await toLanguageModelV4(model)).toBe(model);
  await expect(toLanguageModelV4("gpt" as never)).rejects.toThrow(InvalidOptionError);
});
