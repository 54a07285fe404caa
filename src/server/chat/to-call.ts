import type {
  JSONSchema7,
  JSONValue,
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4ToolChoice,
} from "@ai-sdk/provider";
import { badRequest, unsupported } from "../errors/api-error.ts";
import type { ChatRequest } from "./schema.ts";
import { toPrompt } from "./to-prompt.ts";

/** Fields that travel to every upstream call as they are, under their own names. */
const EXTRA_FIELDS = [
  "logit_bias",
  "parallel_tool_calls",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "metadata",
  "user",
  "verbosity",
  "service_tier",
  "top_k",
  "min_p",
  "repetition_penalty",
  "min_tokens",
  "chat_template_kwargs",
] as const;

export interface CallTarget {
  /** The name by which the model's provider knows its options; undefined: it takes no fields of OpenAI's. */
  optionsName: string | undefined;
}

/** One request as the AI SDK's call: what each upstream call sends. */
export function toCall(request: ChatRequest, target: CallTarget): LanguageModelV4CallOptions {
  const { tools, toolChoice } = toolsOf(request);
  const format = responseFormatOf(request.response_format);
  return {
    prompt: toPrompt(request.messages),
    ...definedOf({
      maxOutputTokens: request.max_completion_tokens ?? request.max_tokens,
      temperature: request.temperature,
      topP: request.top_p,
      seed: request.seed,
      frequencyPenalty: request.frequency_penalty,
      presencePenalty: request.presence_penalty,
      stopSequences: typeof request.stop === "string" ? [request.stop] : request.stop,
      responseFormat: format,
    }),
    ...(tools.length > 0 && { tools, ...(toolChoice && { toolChoice }) }),
    ...providerOptions(request, target),
  };
}

type Defined<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** The same object without what is null or undefined. */
export function definedOf<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value != null)) as Defined<T>;
}

function toolsOf(request: ChatRequest): {
  tools: LanguageModelV4FunctionTool[];
  toolChoice: LanguageModelV4ToolChoice | undefined;
} {
  const all = request.tools ?? [];
  const choice = request.tool_choice;
  if (choice && choice !== "none" && choice !== "auto" && all.length === 0) {
    throw badRequest("'tool_choice' needs 'tools'.", "tool_choice", "invalid_value");
  }
  const allowed =
    typeof choice === "object" && choice?.type === "allowed_tools" ? choice.allowed_tools : undefined;
  const wanted = allowed?.tools.map((tool) => tool.function.name);
  const tools = all
    .filter((tool) => !wanted || wanted.includes(tool.function.name))
    .map(({ function: { name, description, parameters, strict } }) => ({
      type: "function" as const,
      name,
      inputSchema: (parameters ?? { type: "object", properties: {} }) as JSONSchema7,
      ...definedOf({ description, strict }),
    }));
  return { tools, toolChoice: toolChoiceOf(allowed?.mode ?? choice, tools) };
}

function toolChoiceOf(
  choice: ChatRequest["tool_choice"],
  tools: readonly LanguageModelV4FunctionTool[],
): LanguageModelV4ToolChoice | undefined {
  if (choice == null) return undefined;
  if (typeof choice === "string") return { type: choice };
  if (choice.type !== "function") return undefined;
  const toolName = choice.function.name;
  if (!tools.some(({ name }) => name === toolName)) {
    throw badRequest(
      `'tool_choice' names '${toolName}', which is not among the tools.`,
      "tool_choice",
      "invalid_value",
    );
  }
  return { type: "tool", toolName };
}

function responseFormatOf(
  format: ChatRequest["response_format"],
): LanguageModelV4CallOptions["responseFormat"] {
  if (!format || format.type === "text") return undefined;
  if (format.type === "json_object") return { type: "json" };
  const { name, description, schema } = format.json_schema;
  return { type: "json", name, schema: (schema ?? {}) as JSONSchema7, ...definedOf({ description }) };
}

function providerOptions(request: ChatRequest, { optionsName }: CallTarget) {
  const extras = definedOf(Object.fromEntries(EXTRA_FIELDS.map((field) => [field, request[field]])));
  const { reasoning_effort: effort, response_format: format } = request;
  const strict = format?.type === "json_schema" ? format.json_schema.strict : undefined;
  if (optionsName === undefined) {
    const field = Object.keys(extras).find((name) => !HARMLESS.has(name));
    if (field) throw unsupported(field, "this model takes no such option");
    return effort ? { reasoning: effort } : {};
  }
  return {
    ...(effort && { reasoning: effort }),
    providerOptions: {
      [optionsName]: {
        ...(extras as Record<string, JSONValue>),
        ...(strict != null && { strictJsonSchema: strict }),
      },
    },
  };
}

/** Labels for the upstream's books; an answer without them is the same answer. */
const HARMLESS: ReadonlySet<string> = new Set([
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "metadata",
  "user",
  "service_tier",
]);
