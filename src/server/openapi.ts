import { createRequire } from "node:module";
import { z } from "zod";
import { chatRequest } from "./chat/schema.ts";
import { responseRequest } from "./responses/schema.ts";

type Schema = Record<string, unknown>;

const json = (schema: Schema) => ({ content: { "application/json": { schema } } });
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** An operation: its body's schema, what it answers with, what its path and query hold. */
function operation(
  summary: string,
  {
    body,
    answer,
    stream,
    parameters,
  }: { body?: string; answer: Schema; stream?: boolean; parameters?: object[] },
) {
  const events = { "text/event-stream": { schema: { type: "string" } } };
  return {
    summary,
    ...(parameters && { parameters }),
    ...(body && { requestBody: { required: true, ...json(ref(body)) } }),
    responses: {
      200: { description: "OK", content: { "application/json": { schema: answer }, ...(stream && events) } },
      default: { description: "An error.", ...json(ref("Error")) },
    },
  };
}

const pathId = { name: "id", in: "path", required: true, schema: { type: "string" } };
const query = (name: string, type: string) => ({ name, in: "query", schema: { type } });
const open: Schema = { type: "object" };

const CHAT_COMPLETION: Schema = {
  type: "object",
  required: ["id", "object", "created", "model", "choices", "usage"],
  properties: {
    id: { type: "string" },
    object: { const: "chat.completion" },
    created: { type: "integer" },
    model: { type: "string" },
    choices: { type: "array", items: open },
    usage: open,
    pacore: {
      ...open,
      description: "Run id and receipt of a coordinated run; a list of them for several choices.",
    },
  },
};

const RESPONSE: Schema = {
  type: "object",
  required: ["id", "object", "created_at", "status", "model", "output"],
  properties: {
    id: { type: "string" },
    object: { const: "response" },
    created_at: { type: "integer" },
    status: { enum: ["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"] },
    model: { type: "string" },
    output: { type: "array", items: open },
    usage: open,
    pacore: open,
  },
};

const ERROR: Schema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["message", "type", "param", "code"],
      properties: {
        message: { type: "string" },
        type: { type: "string" },
        param: { type: ["string", "null"] },
        code: { type: ["string", "null"] },
      },
    },
  },
};

function schemaOf(schema: z.ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

/** `GET /openapi.json`: made from the very schemas that requests are checked with. */
export function openApi() {
  const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
  const response = ref("Response");
  const chat = operation("Answer a conversation, plain or coordinated.", {
    body: "ChatRequest",
    answer: ref("ChatCompletion"),
    stream: true,
  });
  return {
    openapi: "3.1.0",
    info: { title: "pacore", version, description: "Parallel coordinated reasoning behind the OpenAI API." },
    security: [{}, { key: [] }],
    paths: {
      "/v1/chat/completions": { post: chat },
      "/v1/responses": {
        post: operation("Make a response, in the background if asked to.", {
          body: "ResponseRequest",
          answer: response,
          stream: true,
        }),
      },
      "/v1/responses/{id}": {
        get: operation("A response; its events from `starting_after` on with `stream`.", {
          answer: response,
          stream: true,
          parameters: [pathId, query("stream", "boolean"), query("starting_after", "integer")],
        }),
        delete: operation("Forget a response.", { answer: open, parameters: [pathId] }),
      },
      "/v1/responses/{id}/cancel": {
        post: operation("Stop a background response.", { answer: response, parameters: [pathId] }),
      },
      "/v1/responses/{id}/input_items": {
        get: operation("What a response was asked.", { answer: open, parameters: [pathId] }),
      },
      "/v1/models": { get: operation("The models and their levels.", { answer: open }) },
      "/v1/models/{id}": { get: operation("One model.", { answer: open, parameters: [pathId] }) },
      "/healthz": { get: operation("Is the process alive?", { answer: open }) },
      "/readyz": {
        get: operation("Are requests taken, and is there an upstream for them?", { answer: open }),
      },
      "/metrics": {
        get: {
          summary: "Prometheus metrics.",
          responses: { 200: { description: "OK", content: { "text/plain": {} } } },
        },
      },
    },
    components: {
      securitySchemes: { key: { type: "http", scheme: "bearer" } },
      schemas: {
        ChatRequest: schemaOf(chatRequest),
        ResponseRequest: schemaOf(responseRequest),
        ChatCompletion: CHAT_COMPLETION,
        Response: RESPONSE,
        Error: ERROR,
      },
    },
  };
}
