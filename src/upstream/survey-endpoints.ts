import type { Endpoint } from "./chat-request.ts";
import { UpstreamError } from "./errors.ts";
import { listModels } from "./models-list.ts";
import { parseReference } from "./reference.ts";
import { endpointOf, type ResolveOptions } from "./resolve.ts";
import { Transport } from "./transport.ts";

/** What one of several endpoints said when it was asked for its models. */
export interface EndpointSurvey {
  label: string;
  /** Nobody answers there. */
  silent?: string;
  /** What it serves, where it says so. */
  models?: string[];
}

const TIMEOUT_MS = 10_000;

/** Ask the endpoints of a reference, all at once; none for a reference of another kind. One `GET /models` each. */
export async function surveyEndpoints(
  reference: string,
  options: ResolveOptions = {},
): Promise<EndpointSurvey[]> {
  const parsed = parseReference(reference);
  if (parsed.kind !== "endpoints") return [];
  const transport = new Transport({ ...options, headersTimeoutMs: TIMEOUT_MS, idleTimeoutMs: TIMEOUT_MS });
  try {
    return await Promise.all(parsed.urls.map((url) => ask(transport, endpointOf(url, options))));
  } finally {
    await transport.close();
  }
}

async function ask(transport: Transport, endpoint: Endpoint): Promise<EndpointSurvey> {
  const { label } = endpoint;
  try {
    const models = await listModels(transport, endpoint);
    return { label, models: models.map(({ id }) => id) };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    // An answer that is no list is a sign of life: some servers have none.
    const answers = error.statusCode !== undefined || error.kind === "invalid";
    return answers ? { label } : { label, silent: error.message };
  }
}
