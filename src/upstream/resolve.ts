import type { LanguageModelV4 } from "@ai-sdk/provider";
import { type AnyLanguageModel, toLanguageModelV4 } from "../core/any-model.ts";
import type { Endpoint } from "./chat-request.ts";
import { EndpointModel, type EndpointModelOptions } from "./endpoint-model.ts";
import { ModelReferenceError } from "./errors.ts";
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
      return embedded();
    case "provider":
      return toLanguageModelV4(await installedModel(parsed.provider, parsed.modelId, options.cwd));
    case "endpoints": {
      const endpoints = parsed.urls.map((url) => endpointOf(url, options));
      const modelId = parsed.modelId ?? (await soleModel(endpoints[0] as Endpoint, options));
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
async function embedded(): Promise<LanguageModelV4> {
  const { embeddedModel } = await import("../embedded/language-model.ts");
  return embeddedModel();
}

/** A reference for journals and logs: tells which model it was, and holds no key. */
export function describeModel(model: LanguageModelV4): string {
  if (model instanceof EndpointModel) return `${model.urls.join(",")}#${model.modelId}`;
  if (model.provider === "pacore" && model.modelId === "embedded") return "embedded";
  return `${model.provider}:${model.modelId}`;
}
