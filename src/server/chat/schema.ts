import { z } from "zod";
import { pacoreOptions } from "./pacore-options.ts";

const textPart = z.object({ type: z.literal("text"), text: z.string() });
const imagePart = z.object({
  type: z.literal("image_url"),
  image_url: z.object({
    url: z.string().min(1),
    detail: z.enum(["auto", "low", "high", "original"]).nullish(),
  }),
});
const audioPart = z.object({
  type: z.literal("input_audio"),
  input_audio: z.object({ data: z.string(), format: z.enum(["wav", "mp3"]) }),
});
const filePart = z.object({
  type: z.literal("file"),
  file: z.object({
    file_data: z.string().optional(),
    file_id: z.string().optional(),
    filename: z.string().optional(),
  }),
});
const refusalPart = z.object({ type: z.literal("refusal"), refusal: z.string() });

const text = z.union([z.string(), z.array(textPart)]);
const name = z.string().nullish();

const toolCall = z.object({
  id: z.string().min(1),
  type: z.literal("function").default("function"),
  function: z.object({ name: z.string().min(1), arguments: z.string() }),
});

const userPart = z.discriminatedUnion("type", [textPart, imagePart, audioPart, filePart]);

const message = z.discriminatedUnion("role", [
  z.object({ role: z.literal("system"), content: text, name }),
  z.object({ role: z.literal("developer"), content: text, name }),
  z.object({ role: z.literal("user"), content: z.union([z.string(), z.array(userPart).min(1)]), name }),
  z.object({
    role: z.literal("assistant"),
    content: z.union([z.string(), z.array(z.discriminatedUnion("type", [textPart, refusalPart]))]).nullish(),
    refusal: z.string().nullish(),
    reasoning_content: z.string().nullish(),
    reasoning: z.string().nullish(),
    tool_calls: z.array(toolCall).nullish(),
    function_call: z.null({ error: "is not supported; use tool_calls" }).optional(),
    audio: z.null({ error: "is not supported" }).optional(),
    name,
  }),
  z.object({ role: z.literal("tool"), tool_call_id: z.string().min(1), content: text }),
]);

export type ChatMessage = z.infer<typeof message>;

const jsonSchema = z.record(z.string(), z.unknown());

const tool = z.object({
  type: z.literal("function", { error: "only function tools are supported" }),
  function: z.object({
    name: z.string().regex(/^[\w.-]{1,128}$/, "use letters, digits, _ . -"),
    description: z.string().nullish(),
    parameters: jsonSchema.nullish(),
    strict: z.boolean().nullish(),
  }),
});

const namedFunction = z.object({
  type: z.literal("function"),
  function: z.object({ name: z.string().min(1) }),
});

const toolChoice = z.union([
  z.enum(["none", "auto", "required"]),
  namedFunction,
  z.object({
    type: z.literal("allowed_tools"),
    allowed_tools: z.object({ mode: z.enum(["auto", "required"]), tools: z.array(namedFunction).min(1) }),
  }),
]);

const responseFormat = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text") }),
  z.object({ type: z.literal("json_object") }),
  z.object({
    type: z.literal("json_schema"),
    json_schema: z.object({
      name: z.string().regex(/^[\w-]{1,64}$/, "use letters, digits, _ -"),
      description: z.string().nullish(),
      schema: jsonSchema.nullish(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

/** A field that may only have the value that changes nothing. */
const only = <T extends z.util.Literal>(value: T) =>
  z.literal(value, { error: "is not supported" }).nullish();

export const reasoningEffort = z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);
export const metadata = z
  .record(z.string().max(64), z.string().max(512))
  .refine((all) => Object.keys(all).length <= 16, {
    error: "has more than 16 keys",
  });

const extension = {
  // What vLLM, SGLang and llama.cpp understand besides; reaches every upstream call.
  top_k: z.number().int().nullish(),
  min_p: z.number().nullish(),
  repetition_penalty: z.number().nullish(),
  min_tokens: z.number().int().nullish(),
  chat_template_kwargs: z.record(z.string(), z.unknown()).nullish(),
};

/**
 * `POST /v1/chat/completions` as far as it can be coordinated. A field that is not here is refused by name:
 * silently ignoring what a client asked for is worse.
 */
export const chatRequest = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  pacore: pacoreOptions.nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() })
    .nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  max_completion_tokens: z.number().int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
  seed: z.number().int().nullish(),
  n: z.number().int().min(1).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  reasoning_effort: reasoningEffort.nullish(),
  verbosity: z.enum(["low", "medium", "high"]).nullish(),
  response_format: responseFormat.nullish(),
  tools: z.array(tool).max(128).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_retention: z.string().nullish(),
  metadata: metadata.nullish(),
  service_tier: z.enum(["auto", "default"], { error: "only auto and default are supported" }).nullish(),
  modalities: z.array(z.literal("text", { error: "only text is supported" })).nullish(),
  store: only(false),
  logprobs: only(false),
  top_logprobs: only(0),
  ...extension,
});

export type ChatRequest = z.infer<typeof chatRequest>;
