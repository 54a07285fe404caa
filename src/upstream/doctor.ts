import type { LanguageModelV4 } from "@ai-sdk/provider";
import { PacoreError } from "../errors.ts";
import type { Endpoint } from "./chat-request.ts";
import { checkAnswer } from "./doctor/answer.ts";
import { checkConnection } from "./doctor/connection.ts";
import { checkContext } from "./doctor/context-length.ts";
import type { Finding } from "./doctor/finding.ts";
import { checkSampling } from "./doctor/sampling.ts";
import { EndpointModel } from "./endpoint-model.ts";
import { parseReference } from "./reference.ts";
import { endpointOf, type ModelReference, type ResolveOptions, resolveModel } from "./resolve.ts";
import { Transport } from "./transport.ts";

export type { CheckStatus, Finding } from "./doctor/finding.ts";

export interface DiagnoseOptions extends ResolveOptions {
  /** For each call. */
  timeoutMs?: number;
}

interface Limits {
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/**
 * Examine a model: is it there, does it answer, and does it suit parallel coordinated reasoning? Costs four small
 * calls per endpoint. Findings come as they are made; none of them holds a key.
 * @throws only the signal's reason.
 */
export async function* diagnose(
  reference: ModelReference,
  options: DiagnoseOptions = {},
): AsyncGenerator<Finding> {
  const { timeoutMs = 120_000, abortSignal: signal } = options;
  const limits = { timeoutMs, signal };
  try {
    const parsed = typeof reference === "string" ? parseReference(reference) : undefined;
    if (parsed?.kind !== "endpoints") {
      yield* examineModel(await resolveModel(reference, options), limits);
      return;
    }
    for (const url of parsed.urls) {
      const endpoint = endpointOf(url, options);
      for await (const finding of examineEndpoint(endpoint, parsed.modelId, options, limits)) {
        yield parsed.urls.length > 1 ? { ...finding, endpoint: endpoint.label } : finding;
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof PacoreError)) throw error;
    yield { check: "reference", status: "fail", detail: error.message };
  }
}

async function* examineEndpoint(
  endpoint: Endpoint,
  modelId: string | undefined,
  options: DiagnoseOptions,
  limits: Limits,
): AsyncGenerator<Finding> {
  const { timeoutMs, signal } = limits;
  const transport = new Transport({ ...options, headersTimeoutMs: timeoutMs, idleTimeoutMs: timeoutMs });
  try {
    const connection = await checkConnection(transport, endpoint, modelId, signal);
    yield* connection.findings;
    if (!connection.usable || connection.modelId === undefined) return;
    await using model = new EndpointModel(connection.modelId, [endpoint], options);
    yield* examineModel(model, limits, () =>
      checkContext(transport, endpoint, { modelId: model.modelId, listed: connection.listed, signal }),
    );
  } finally {
    await transport.close();
  }
}

async function* examineModel(
  model: LanguageModelV4,
  limits: Limits,
  context?: () => Promise<Finding>,
): AsyncGenerator<Finding> {
  const { findings, probe } = await checkAnswer(model, limits);
  yield* findings;
  if (context) yield await context();
  if (probe) yield* await checkSampling(model, limits);
}
