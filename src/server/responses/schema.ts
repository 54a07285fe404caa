import { z } from "zod";
import { pacoreOptions } from "../chat/pacore-options.ts";
import { metadata, reasoningEffort } from "../chat/schema.ts";

const inputText = z.object({ type: z.literal("input_text"), text: z.string() });
const inputImage = z.object({
  type: z.literal("input_image"),
  image_url: z.string({ error: "give the image as image_url; uploaded files are not known here" }).min(1),
  detail: z.enum(["auto", "low", "high", "original"]).nullish(),
});
const inputFile = z.object({
  type: z.literal("input_file"),
  file_data: z.string({ error: "give the file as file_data; uploaded files are not known here" }).min(1),
  filename: z.string().nullish(),
});
const outputText = z.object({ type: z.literal("output_text"), text: z.string() });
const refusal = z.object({ type: z.literal("refusal"), refusal: z.string() });

const contentPart = z.discriminatedUnion("type", [inputText, inputImage, inputFile, outputText, refusal]);

const message = z.object({
  type: z.literal("message").optional(),
  role: z.enum(["user", "assistant", "system", "developer"]),
  content: z.union([z.string(), z.array(contentPart)]),
});
const functionCall = z.object({
  type: z.literal("function_call"),
  call_id: z.string().min(1),
  name: z.string().min(1),
  arguments: z.string(),
});
const functionCallOutput = z.object({
  type: z.literal("function_call_output"),
  call_id: z.string().min(1),
  output: z.union([z.string(), z.array(z.discriminatedUnion("type", [inputText, inputImage, inputFile]))]),
});
const reasoning = z.object({ type: z.literal("reasoning") });

const inputItem = z.union([message, functionCall, functionCallOutput, reasoning]);

export type InputItem = z.infer<typeof inputItem>;
export type ContentPart = z.infer<typeof contentPart>;

const jsonSchema = z.record(z.string(), z.unknown());

const tool = z.object({
  type: z.literal("function", { error: "only function tools are supported" }),
  name: z.string().regex(/^[\w.-]{1,128}$/, "use letters, digits, _ . -"),
  description: z.string().nullish(),
  parameters: jsonSchema.nullish(),
  strict: z.boolean().nullish(),
});

const namedFunction = z.object({ type: z.literal("function"), name: z.string().min(1) });

const format = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text") }),
  z.object({ type: z.literal("json_object") }),
  z.object({
    type: z.literal("json_schema"),
    name: z.string().regex(/^[\w-]{1,64}$/, "use letters, digits, _ -"),
    description: z.string().nullish(),
    schema: jsonSchema,
    strict: z.boolean().nullish(),
  }),
]);

const only = <T extends z.util.Literal>(value: T) =>
  z.literal(value, { error: "is not supported" }).nullish();

/** `POST /v1/responses` as far as it is supported; every other field is refused by name. */
export const responseRequest = z.strictObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(inputItem).min(1)]),
  instructions: z.string().nullish(),
  pacore: pacoreOptions.nullish(),
  previous_response_id: z.string().nullish(),
  background: z.boolean().nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_output_tokens: z.number().int().min(1).nullish(),
  reasoning: z
    .strictObject({
      effort: reasoningEffort.nullish(),
      summary: z.enum(["auto", "concise", "detailed"]).nullish(),
      generate_summary: z.enum(["auto", "concise", "detailed"]).nullish(),
    })
    .nullish(),
  text: z
    .strictObject({ format: format.nullish(), verbosity: z.enum(["low", "medium", "high"]).nullish() })
    .nullish(),
  tools: z.array(tool).max(128).nullish(),
  tool_choice: z
    .union([
      z.enum(["none", "auto", "required"]),
      namedFunction,
      z.object({
        type: z.literal("allowed_tools"),
        mode: z.enum(["auto", "required"]),
        tools: z.array(namedFunction).min(1),
      }),
    ])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  // Clients send it on their own; there is nothing encrypted to include.
  include: z.array(z.literal("reasoning.encrypted_content", { error: "is not supported" })).nullish(),
  metadata: metadata.nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_retention: z.string().nullish(),
  service_tier: z.enum(["auto", "default"], { error: "only auto and default are supported" }).nullish(),
  truncation: only("disabled"),
  top_logprobs: only(0),
});

export type ResponseRequest = z.infer<typeof responseRequest>;
