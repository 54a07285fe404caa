import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Widths } from "../../core/effort.ts";
import type { Price } from "../../core/receipt.ts";
import { PacoreError } from "../../errors.ts";
import { EndpointModel } from "../../upstream/endpoint-model.ts";
import { listModels } from "../../upstream/models-list.ts";
import { parseReference } from "../../upstream/reference.ts";
import { describeModel, endpointOf, resolveModel } from "../../upstream/resolve.ts";
import { Transport } from "../../upstream/transport.ts";
import { ApiError } from "../errors/api-error.ts";
import { readModelId, widthsForEffort } from "./model-id.ts";

/** A model that clients may name. */
export interface ServedModel {
  id: string;
  /** For journals: names the model, holds no key. */
  reference: string;
  model: LanguageModelV4;
  /** As traces name it: whoever speaks OpenAI's API is `openai`. */
  provider: string;
  /** Where extra body fields go; undefined: the model takes none of OpenAI's. */
  optionsName: string | undefined;
  /** A model that takes chat completions byte by byte. */
  endpoint: EndpointModel | undefined;
  price: Price | undefined;
}

/** No model, or two of one name. */
export class CatalogError extends PacoreError {
  override name = "CatalogError";
}

/** A choice that a request made: plain if `widths` is undefined. */
export interface Chosen {
  served: ServedModel;
  widths: Widths | undefined;
}

/** All models of a server by their upstream ids. */
export class Catalog {
  readonly #models = new Map<string, ServedModel>();
  readonly #coordinate: boolean;
  readonly created = Math.floor(Date.now() / 1000);

  /** @param coordinate whether `reasoning_effort` chooses a level. */
  constructor(
    models: readonly ServedModel[],
    { coordinate = false }: { coordinate?: boolean | undefined } = {},
  ) {
    if (models.length === 0) throw new CatalogError("The upstreams list no model; name one as URL#model.");
    for (const model of models) {
      if (this.#models.has(model.id)) {
        throw new CatalogError(
          `Two upstreams serve "${model.id}"; put both URLs into one --upstream, with a comma.`,
        );
      }
      this.#models.set(model.id, model);
    }
    this.#coordinate = coordinate;
  }

  all(): ServedModel[] {
    return [...this.#models.values()];
  }

  /** @throws ApiError 404 */
  choose(id: string, effort: string | undefined): Chosen {
    const { base, widths } = readModelId(id, (known) => this.#models.has(known));
    const served = this.#models.get(base);
    if (!served) {
      throw new ApiError(404, {
        message: `The model '${id.slice(0, 200)}' does not exist; GET /v1/models lists those that do.`,
        param: "model",
        code: "model_not_found",
      });
    }
    if (widths === undefined && this.#coordinate && effort !== undefined) {
      const mapped = widthsForEffort(effort);
      return { served, widths: mapped.length > 0 ? mapped : undefined };
    }
    return { served, widths };
  }

  /** Does `reasoning_effort` mean widths here, and not the model's own effort? */
  takesEffort(id: string): boolean {
    return this.#coordinate && this.#models.has(id);
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map(({ endpoint }) => endpoint?.close()));
  }
}

export interface UpstreamOptions {
  prices?: ReadonlyMap<string, Price> | undefined;
  /** For models that `prices` does not name. */
  price?: Price | undefined;
  /** Calls at once per endpoint. */
  concurrency?: number | undefined;
}

/**
 * The models of some upstreams: a URL with `#model` is taken at its word, one without is asked what it serves.
 * @throws ModelReferenceError, UpstreamError
 */
export async function resolveUpstreams(
  upstreams: readonly (string | LanguageModelV4)[],
  options: UpstreamOptions = {},
): Promise<ServedModel[]> {
  const references = await Promise.all(upstreams.map(expand));
  const { concurrency } = options;
  return Promise.all(
    references.flat().map(async (reference) => {
      const model = await resolveModel(reference, { ...(concurrency !== undefined && { concurrency }) });
      return servedModel(model, options);
    }),
  );
}

function servedModel(model: LanguageModelV4, { prices, price }: UpstreamOptions = {}): ServedModel {
  const endpoint = model instanceof EndpointModel ? model : undefined;
  return {
    id: model.modelId,
    reference: describeModel(model),
    model,
    provider: endpoint ? "openai" : model.provider,
    endpoint,
    optionsName: endpoint && "openaiCompatible",
    price: prices?.get(model.modelId) ?? price,
  };
}

async function expand(upstream: string | LanguageModelV4): Promise<(string | LanguageModelV4)[]> {
  if (typeof upstream !== "string") return [upstream];
  const parsed = parseReference(upstream);
  if (parsed.kind !== "endpoints" || parsed.modelId !== undefined) return [upstream];
  const transport = new Transport({ headersTimeoutMs: 30_000, idleTimeoutMs: 30_000 });
  try {
    const models = await listModels(transport, endpointOf(parsed.urls[0] as URL));
    return models.map(({ id }) => `${upstream.replace(/#$/, "")}#${id}`);
  } finally {
    await transport.close();
  }
}
