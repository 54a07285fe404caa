import type { Endpoint } from "../chat-request.ts";
import { type ListedModel, requestJson } from "../models-list.ts";
import type { Transport } from "../transport.ts";
import type { Finding } from "./finding.ts";

/** Below this, 32 conclusions of a few hundred tokens and the reasoning about them do not fit. */
const ROOMY_TOKENS = 32_768;

/** Fields of `GET /models` entries: vLLM and SGLang, OpenRouter, Groq, Mistral, LM Studio. */
const FIELDS = [
  "max_model_len",
  "context_length",
  "context_window",
  "max_context_length",
  "max_input_tokens",
];

/** How many tokens prompt and answer may share, as far as the server tells. */
export async function checkContext(
  transport: Transport,
  endpoint: Endpoint,
  {
    modelId,
    listed,
    signal,
  }: { modelId: string; listed: ListedModel | undefined; signal: AbortSignal | undefined },
): Promise<Finding> {
  const told =
    FIELDS.map((field) => Number(listed?.[field])).find((value) => value > 0) ?? llamaCppContext(listed);
  if (told !== undefined) return rate(told, `Context length ${told} tokens.`);
  const trained = await ollamaContext(transport, endpoint, modelId, signal);
  if (trained !== undefined) {
    return {
      check: "context",
      status: "warn",
      detail: `The model was trained for ${trained} tokens; Ollama itself uses 4096 unless told otherwise.`,
      advice: "Set OLLAMA_CONTEXT_LENGTH for the server, and --context-window here to the same.",
    };
  }
  const detail = "The server does not tell its context length.";
  return {
    check: "context",
    status: "skip",
    detail,
    advice: "Give it by --context-window so that rounds are checked against it.",
  };
}

function rate(tokens: number, detail: string): Finding {
  if (tokens >= ROOMY_TOKENS)
    return { check: "context", status: "ok", detail, advice: `Use --context-window ${tokens}.` };
  const advice = `Use --context-window ${tokens}, and small widths; or start the server with a longer context.`;
  return { check: "context", status: "warn", detail, advice };
}

function llamaCppContext(listed: ListedModel | undefined): number | undefined {
  const { meta } = (listed ?? {}) as { meta?: { n_ctx?: unknown; n_ctx_train?: unknown } };
  const value = Number(meta?.n_ctx ?? meta?.n_ctx_train);
  return value > 0 ? value : undefined;
}

/** Ollama's own interface lies beside `/v1`. */
async function ollamaContext(
  transport: Transport,
  endpoint: Endpoint,
  modelId: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  try {
    const url = new URL("/api/show", endpoint.url);
    const reply = await requestJson(transport, endpoint, {
      url,
      body: { model: modelId },
      ...(signal && { signal }),
    });
    const info = (reply as { model_info?: Record<string, unknown> }).model_info ?? {};
    const entry = Object.entries(info).find(([name]) => name.endsWith(".context_length"));
    return entry && Number(entry[1]) > 0 ? Number(entry[1]) : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
