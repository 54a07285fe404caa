import type { LanguageModelV4Content, LanguageModelV4FinishReason } from "@ai-sdk/provider";
import { totalUsage } from "../../core/model.ts";
import type { SolveResult } from "../../core/result.ts";
import { reasoningOf, textOf } from "../../core/trajectory.ts";

export interface Envelope {
  id: string;
  created: number;
  /** As the client asked for it. */
  model: string;
}

/** The runs of a request with `n` choices, as one `chat.completion`. */
export function completionOf({ id, created, model }: Envelope, results: readonly SolveResult[]) {
  return {
    id,
    object: "chat.completion" as const,
    created,
    model,
    choices: results.map((result, index) => ({
      index,
      message: messageOf(result.content),
      logprobs: null,
      finish_reason: finishReasonOf(result.finishReason),
    })),
    usage: usageOf(results),
    service_tier: "default" as const,
    pacore: reportOf(results),
  };
}

function messageOf(content: readonly LanguageModelV4Content[]) {
  const text = textOf(content);
  const reasoning = reasoningOf(content);
  const calls = content.filter((part) => part.type === "tool-call");
  return {
    role: "assistant" as const,
    content: text === "" && calls.length > 0 ? null : text,
    refusal: null,
    annotations: [],
    ...(reasoning !== "" && { reasoning_content: reasoning }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ toolCallId, toolName, input }) => ({
        id: toolCallId,
        type: "function" as const,
        function: { name: toolName, arguments: input },
      })),
    }),
  };
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

export function finishReasonOf({ unified }: LanguageModelV4FinishReason): FinishReason {
  switch (unified) {
    case "length":
      return "length";
    case "tool-calls":
      return "tool_calls";
    case "content-filter":
      return "content_filter";
    default:
      return "stop";
  }
}

/** All tokens of all calls; what the client does not get to see as text was reasoning. */
export function usageOf(results: readonly SolveResult[]) {
  const all = results.map(totalUsage);
  const sum = (pick: (usage: (typeof all)[number]) => number | undefined) =>
    all.reduce((total, usage) => total + (pick(usage) ?? 0), 0);
  const prompt = sum((usage) => usage.inputTokens.total);
  const completion = sum((usage) => usage.outputTokens.total);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: sum((usage) => usage.inputTokens.cacheRead), audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: sum((usage) => usage.outputTokens.reasoning),
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** What happened, beside the answer: one report, or a list of them for several choices. */
export function reportOf(results: readonly SolveResult[]) {
  const reports = results.map(({ runId, source, messages, receipt, warnings }) => ({
    run_id: runId,
    source,
    messages: messages.length,
    receipt,
    ...(warnings.length > 0 && { warnings }),
  }));
  return reports.length === 1 ? reports[0] : reports;
}
