import { resolve } from "node:path";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { type AnyLanguageModel, toLanguageModelV4 } from "../core/any-model.ts";
import type { Endpoint } from "./chat-request.ts";
import { EndpointModel, type EndpointModelOptions } from "./endpoint-model.ts";
import { ModelReferenceError, UpstreamError } from "./errors.ts";
import { installedModel } from "./installed-provider.ts";
import { type Environment, keyFor } from "./keys.ts";
import { type ListedModel, listModels } from "./models-list.ts";
import { parseReference } from "./reference.ts";
import { Transport } from "./transport.ts";

/** What names a model: a reference, or the model itself. */
export type ModelReference = string | AnyLanguageModel;

export interface ResolveOptions extends EndpointModelOptions {
  /** For all endpoints of the reference. Default: from the environment, see {@link keyFor}. */
  apiKey?: string;
  env?: Environment;
  /** Where provider packages are looked for first. Default: the current directory. */
  cwd?: string;
  abortSignal?: AbortSignal;
}

/**
 * The model that a reference names.
 *
 * - an AI SDK model, of any version
 * - `embedded`: the model that ships with the package
 * - `embedded:PATH`: a model directory, as training leaves it; its weights are read once in a process
 * - `http://host:8000/v1#model`: an OpenAI-compatible endpoint; without `#model` the only one it serves
 * - `http://a/v1,http://b/v1#model`: several endpoints that serve the same model, balanced
 * - `provider:model`: through an installed AI SDK provider package
 *
 * Keys for URLs come from `apiKey`, the URL's user and password, or the environment.
 * @throws ModelReferenceError; UpstreamError when an endpoint had to be asked for its models.
 */
export async function resolveModel(
  reference: ModelReference,
  options: ResolveOptions = {},
): Promise<LanguageModelV4> {
  if (typeof reference !== "string") return toLanguageModelV4(reference);
  const parsed = parseReference(reference);
  switch (parsed.kind) {
    case "embedded":
      return embedded(parsed.directory);
    case "provider":
      return toLanguageModelV4(await installedModel(parsed.provider, parsed.modelId, options.cwd));
    case "endpoints": {
      const endpoints = parsed.urls.map((url) => endpointOf(url, options));
      const modelId = parsed.modelId ?? (await soleModelOf(endpoints, options));
      return new EndpointModel(modelId, endpoints, options);
    }
    default:
      return parsed satisfies never;
  }
}

/** A base URL as an endpoint: its credentials move into the headers. */
export function endpointOf(
  base: URL,
  { apiKey, env }: Pick<ResolveOptions, "apiKey" | "env"> = {},
): Endpoint {
  const url = new URL(base);
  const { username, password } = url;
  url.username = "";
  url.password = "";
  url.hash = "";
  const label = url.origin + url.pathname.replace(/\/$/, "");
  const basic =
    username || password ? `${decodeURIComponent(username)}:${decodeURIComponent(password)}` : undefined;
  const key = apiKey ?? (basic === undefined ? keyFor(url, env) : undefined);
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
    throw new ModelReferenceError(`The key for ${label} holds a blank or another character that no key has.`);
  }
  const encoded = basic === undefined ? "" : Buffer.from(basic).toString("base64");
  const authorization = key ? `Bearer ${key}` : basic === undefined ? undefined : `Basic ${encoded}`;
  const secrets = [key ?? "", decodeURIComponent(password), encoded, ...url.searchParams.values()];
  return {
    url,
    label,
    headers: authorization ? { authorization } : {},
    secrets: secrets.filter((secret) => secret !== ""),
    refusesStreamOptions: false,
  };
}

/** The model of the first endpoint that answers: one that is down must not keep the others from working. */
async function soleModelOf(endpoints: readonly Endpoint[], options: ResolveOptions): Promise<string> {
  for (const endpoint of endpoints.slice(0, -1)) {
    try {
      return await soleModel(endpoint, options);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
    }
  }
  return soleModel(endpoints.at(-1) as Endpoint, options);
}

async function soleModel(endpoint: Endpoint, options: ResolveOptions): Promise<string> {
  const transport = new Transport({ ...options, headersTimeoutMs: 30_000, idleTimeoutMs: 30_000 });
  try {
    const models = await listModels(transport, endpoint, options.abortSignal);
    const [only] = models;
    if (only && models.length === 1) return only.id;
    throw new ModelReferenceError(
      `${endpoint.label} serves ${listing(models)}; add one as ${endpoint.label}#model.`,
    );
  } finally {
    await transport.close();
  }
}

function listing(models: ListedModel[]): string {
  const names = models.map((model) => model.id);
  const shown = names.slice(0, 20).join(", ");
  if (names.length === 0) return "no model that it lists";
  return `${names.length} models (${shown}${names.length > 20 ? ", …" : ""})`;
}

/** Loaded only when asked for: the model comes with its engines. */
async function embedded(directory: string | undefined): Promise<LanguageModelV4> {
  const { embeddedModel } = await import("../embedded/language-model.ts");
  if (directory === undefined) return embeddedModel();
  // A directory that cannot be used is known now, not after five calls.
  const { loadPretrained } = await import("../embedded/pretrained.ts");
  await loadPretrained(directory).catch((error: unknown) => {
    throw new ModelReferenceError(error instanceof Error ? error.message : String(error), { cause: error });
  });
  return embeddedModel({ directory, modelId: `embedded:${directory}` });
}

/** A reference for journals and logs: tells which model it was, from any directory, and holds no key. */
export function describeModel(model: LanguageModelV4): string {
  const { provider, modelId } = model;
  if (model instanceof EndpointModel) return `${model.urls.join(",")}#${modelId}`;
  if (provider !== "pacore") return `${provider}:${modelId}`;
  if (modelId === "embedded") return modelId;
  const directory = /^embedded:(.+)$/s.exec(modelId)?.[1];
  return directory === undefined ? `${provider}:${modelId}` : `embedded:${resolve(directory)}`;
}
