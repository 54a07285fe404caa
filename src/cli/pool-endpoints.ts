import type { LanguageModelV4 } from "@ai-sdk/provider";
import { EndpointModel } from "../upstream/endpoint-model.ts";
import type { EndpointStats } from "../upstream/endpoints.ts";
import { parseReference } from "../upstream/reference.ts";
import { surveyEndpoints } from "../upstream/survey-endpoints.ts";
import { InputError } from "./input-error.ts";

/** How many endpoints a reference names; one for a model that has none. */
export function endpointCount(reference: string): number {
  const parsed = parseReference(reference);
  return parsed.kind === "endpoints" ? parsed.urls.length : 1;
}

/**
 * Several endpoints must serve one model; those that are down are told of, and may come later.
 * @throws {InputError} if one serves other models only.
 */
export async function checkEndpoints(reference: string, tell: (line: string) => void): Promise<void> {
  const parsed = parseReference(reference);
  if (parsed.kind !== "endpoints" || parsed.urls.length < 2) return;
  const surveys = await surveyEndpoints(reference);
  for (const { label, silent } of surveys) {
    if (silent !== undefined)
      tell(`${label} does not answer (${silent}); its share goes to the others until it does.`);
  }
  const listing = surveys.filter(({ models }) => models !== undefined && models.length > 0);
  const wanted = parsed.modelId ?? listing[0]?.models?.[0];
  const serving = listing.filter(({ models }) => models?.includes(wanted as string));
  const other = listing.find((one) => !serving.includes(one));
  // Where none lists it, the name may be an alias that no list has.
  if (!other || serving.length === 0) return;
  throw new InputError(
    `--base-url: ${other.label} serves ${other.models?.join(", ")}, not ${wanted} as ${serving[0]?.label} does; all endpoints of a pool must serve one model.`,
  );
}

/** Load of each endpoint, where there are several. */
export function statsOf(model: LanguageModelV4): EndpointStats[] {
  return model instanceof EndpointModel && model.urls.length > 1 ? model.endpointStats() : [];
}

/** `http://a/v1 812 calls, http://b/v1 790 calls (12 failed)` */
export function endpointsText(stats: readonly EndpointStats[]): string {
  return stats
    .map(
      ({ label, calls, failures }) => `${label} ${calls} calls${failures > 0 ? ` (${failures} failed)` : ""}`,
    )
    .join(", ");
}

/** For the progress line: `, 1 of 3 endpoints down`. */
export function downText(stats: readonly EndpointStats[]): string {
  const down = stats.filter(({ state }) => state !== "closed").length;
  return down > 0 ? `, ${down} of ${stats.length} endpoints down` : "";
}
