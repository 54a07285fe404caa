import type { LanguageModelV4 } from "@ai-sdk/provider";
import { readUsage, type TokenUsage } from "./usage.ts";

/**
 * Tells what a model beside the one under test is paid: a judge's calls are on the same bill. Wrap the model before
 * it is put to use; an evaluation, or whatever pays, listens while it runs.
 */
export class Meter {
  onUsage: (usage: TokenUsage) => void = () => {};

  wrap(model: LanguageModelV4): LanguageModelV4 {
    const { provider, modelId, supportedUrls } = model;
    return {
      specificationVersion: "v4",
      provider,
      modelId,
      supportedUrls,
      doGenerate: async (options) => {
        const result = await model.doGenerate(options);
        this.onUsage(readUsage(result.usage, { inputTokens: 0, reasoningTokens: 0, textTokens: 0 }));
        return result;
      },
      doStream: (options) => model.doStream(options),
    };
  }
}
