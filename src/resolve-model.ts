import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { ModelReference, ResolveOptions } from "./upstream/index.ts";

/**
 * The model that a reference names: `embedded`, `embedded:DIRECTORY`, `http://host:8000/v1#model` (several URLs,
 * separated by commas, are balanced), `provider:model`, or an AI SDK model. The HTTP layer is loaded by the first call.
 * @throws as `resolveModel` of `pacore/upstream`.
 */
export async function resolveModel(
  reference: ModelReference,
  options?: ResolveOptions,
): Promise<LanguageModelV4> {
  const upstream = await import("./upstream/index.ts");
  return upstream.resolveModel(reference, options);
}
