import type { SolveResult } from "../../core/result.ts";
import { reportOf, usageOf } from "../chat/completion.ts";
import type { ApiError } from "../errors/api-error.ts";
import type { OutputItem } from "./output-items.ts";
import type { ResponseRequest } from "./schema.ts";

type ResponseStatus = "queued" | "in_progress" | "completed" | "incomplete" | "failed" | "cancelled";

export interface ResponseObject {
  id: string;
  object: "response";
  created_at: number;
  completed_at: number | null;
  status: ResponseStatus;
  output: OutputItem[];
  error: { code: string; message: string } | null;
  incomplete_details: { reason: "max_output_tokens" | "content_filter" } | null;
  [field: string]: unknown;
}

/** A response that has only been asked for: what the request said, with OpenAI's defaults. */
export function openResponse(id: string, request: ResponseRequest): ResponseObject {
  return {
    id,
    object: "response",
    created_at: Math.floor(Date.now() / 1000),
    completed_at: null,
    status: request.background ? "queued" : "in_progress",
    background: request.background ?? false,
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: null,
    model: request.model,
    output: [],
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: request.previous_response_id ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: request.reasoning?.summary ?? null },
    safety_identifier: request.safety_identifier ?? null,
    service_tier: "default",
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: {
      format: request.text?.format ?? { type: "text" },
      verbosity: request.text?.verbosity ?? "medium",
    },
    tool_choice: request.tool_choice ?? "auto",
    tools: (request.tools ?? []).map((tool) => ({
      ...tool,
      description: tool.description ?? null,
      parameters: tool.parameters ?? null,
      strict: tool.strict ?? true,
    })),
    top_logprobs: 0,
    top_p: request.top_p ?? 1,
    truncation: "disabled",
    ...(request.user != null && { user: request.user }),
    metadata: request.metadata ?? {},
    access_programs: null,
  };
}

/** The same response when its run has an answer. */
export function answered(
  response: ResponseObject,
  output: OutputItem[],
  result: SolveResult,
): ResponseObject {
  const { unified } = result.finishReason;
  const reason =
    unified === "length" ? "max_output_tokens" : unified === "content-filter" ? "content_filter" : undefined;
  const status = reason ? ("incomplete" as const) : ("completed" as const);
  return {
    ...response,
    status,
    output,
    completed_at: reason ? null : Math.floor(Date.now() / 1000),
    incomplete_details: reason ? { reason } : null,
    usage: responseUsage(result),
    pacore: reportOf([result]),
  };
}

export function failed(response: ResponseObject, output: OutputItem[], error: ApiError): ResponseObject {
  return { ...response, status: "failed", output, error: { code: codeOf(error), message: error.message } };
}

/** OpenAI's list of codes is closed: clients check it. */
function codeOf({ status }: ApiError): string {
  if (status === 429) return "rate_limit_exceeded";
  return status < 500 ? "invalid_prompt" : "server_error";
}

function responseUsage(result: SolveResult) {
  const usage = usageOf([result]);
  return {
    input_tokens: usage.prompt_tokens,
    input_tokens_details: { cached_tokens: usage.prompt_tokens_details.cached_tokens, cache_write_tokens: 0 },
    output_tokens: usage.completion_tokens,
    output_tokens_details: { reasoning_tokens: usage.completion_tokens_details.reasoning_tokens },
    total_tokens: usage.total_tokens,
  };
}
