import type { LanguageModelV2, LanguageModelV3, LanguageModelV4 } from "@ai-sdk/provider";
import { InvalidOptionError } from "../errors.ts";

/** Any model object of the AI SDK, of this and the two earlier interface versions. */
export type AnyLanguageModel = LanguageModelV4 | LanguageModelV3 | LanguageModelV2;

/**
 * The model as the interface we use. Older ones need the package `ai`, which knows how to adapt them.
 * @throws {InvalidOptionError} if it is none, or if `ai` is missing.
 */
export async function toLanguageModelV4(model: AnyLanguageModel): Promise<LanguageModelV4> {
  if (model === null || typeof model !== "object" || !("doGenerate" in model)) {
    throw new InvalidOptionError(
      "model",
      'is not a language model of the AI SDK; use openai("…") and the like.',
    );
  }
  if (model.specificationVersion === "v4") return model;
  const { wrapLanguageModel } = await import("ai").catch((cause) => {
    const need = `${model.provider} speaks an older interface (${model.specificationVersion}); run: npm install ai`;
    throw new InvalidOptionError("model", need, { cause });
  });
  return wrapLanguageModel({ model, middleware: [] });
}
