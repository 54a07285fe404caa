import type { ChatRequest } from "../chat/schema.ts";
import type { ResponseRequest } from "./schema.ts";

/** The settings of a request in the words of chat completions: what a model is asked is the same thing. */
export function asChat(request: ResponseRequest): ChatRequest {
  const { model, temperature, top_p, max_output_tokens, reasoning, text, tools, parallel_tool_calls } =
    request;
  const { user, safety_identifier, prompt_cache_key, prompt_cache_retention, metadata, service_tier } =
    request;
  return {
    model,
    messages: [],
    temperature,
    top_p,
    max_completion_tokens: max_output_tokens,
    reasoning_effort: reasoning?.effort,
    verbosity: text?.verbosity,
    response_format: formatOf(text?.format),
    tools: tools?.map(({ type, ...fn }) => ({ type, function: fn })),
    tool_choice: choiceOf(request.tool_choice),
    parallel_tool_calls,
    user,
    safety_identifier,
    prompt_cache_key,
    prompt_cache_retention,
    metadata,
    service_tier,
  };
}

type Format = NonNullable<ResponseRequest["text"]>["format"];

function formatOf(format: Format): ChatRequest["response_format"] {
  if (format?.type !== "json_schema") return format;
  const { type, ...json_schema } = format;
  return { type, json_schema };
}

function choiceOf(choice: ResponseRequest["tool_choice"]): ChatRequest["tool_choice"] {
  if (typeof choice !== "object" || choice === null) return choice;
  const named = ({ name }: { name: string }) => ({ type: "function" as const, function: { name } });
  if (choice.type === "function") return named(choice);
  const { type, mode, tools } = choice;
  return { type, allowed_tools: { mode, tools: tools.map(named) } };
}
