import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { type AnyLanguageModel, toLanguageModelV4 } from "./any-model.ts";
import { coordinate } from "./coordinate.ts";
import type { CoordinationEvent } from "./events.ts";
import type { CoordinateOptions } from "./options.ts";
import type { SolveResult } from "./result.ts";

export interface SolveOptions extends CoordinateOptions {
  /** Sees every event, in order. */
  onEvent?: (event: CoordinationEvent) => void;
}

/**
 * Run to the end and return the answer with its receipt.
 * @param problem A text, or a whole call: history, images, tools, sampling settings.
 * @throws as {@link coordinate}.
 */
export async function solve(
  model: AnyLanguageModel,
  problem: string | LanguageModelV4CallOptions,
  { onEvent, ...options }: SolveOptions = {},
): Promise<SolveResult> {
  const call = typeof problem === "string" ? { prompt: userPrompt(problem) } : problem;
  let result: SolveResult | undefined;
  for await (const event of coordinate(await toLanguageModelV4(model), call, options)) {
    onEvent?.(event);
    if (event.type === "finish") result = event.result;
  }
  return result as SolveResult;
}

/** One user turn of plain text. */
export function userPrompt(text: string): LanguageModelV4CallOptions["prompt"] {
  return [{ role: "user", content: [{ type: "text", text }] }];
}
