import type { Endpoint } from "../chat-request.ts";
import { UpstreamError } from "../errors.ts";
import { hostVariables } from "../keys.ts";
import { type ListedModel, listModels } from "../models-list.ts";
import type { Transport } from "../transport.ts";
import type { Finding } from "./finding.ts";
import { nearNames } from "./near-names.ts";

export interface Connection {
  findings: Finding[];
  /** Whether calls are worth trying. */
  usable: boolean;
  /** The model to call: the one asked for, or the only one. */
  modelId: string | undefined;
  /** Its entry in the endpoint's list. */
  listed: ListedModel | undefined;
}

/** Is the endpoint there, does it take our key, and does it serve the model? One `GET /models`. */
export async function checkConnection(
  transport: Transport,
  endpoint: Endpoint,
  modelId: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Connection> {
  try {
    const models = await listModels(transport, endpoint, signal);
    const findings: Finding[] = [
      reachable(endpoint),
      { check: "authorised", status: "ok", detail: keyDetail(endpoint) },
    ];
    return checkModel(endpoint, modelId, models, findings);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return explainFailure(endpoint, modelId, error);
  }
}

function reachable(endpoint: Endpoint): Finding {
  return { check: "reachable", status: "ok", detail: `${endpoint.label} answers.` };
}

function keyDetail({ headers }: Endpoint): string {
  return headers.authorization ? "The key is accepted." : "No key is set, and none is asked for.";
}

function explainFailure(endpoint: Endpoint, modelId: string | undefined, error: UpstreamError): Connection {
  const stop = (findings: Finding[]): Connection => ({ findings, usable: false, modelId, listed: undefined });
  const { statusCode, message } = error;
  if (statusCode === 401 || statusCode === 403) {
    const variables = [...hostVariables(endpoint.url), "PACORE_API_KEY"].join(" or ");
    const detail = endpoint.headers.authorization ? message : "The endpoint wants a key, and none is set.";
    return stop([
      reachable(endpoint),
      { check: "authorised", status: "fail", detail, advice: `Set ${variables}.` },
    ]);
  }
  if (statusCode === undefined && error.kind !== "invalid") {
    const advice = "Start the server, or correct host, port and http/https in the URL.";
    return stop([{ check: "reachable", status: "fail", detail: message, advice }]);
  }
  // Not every server has the list; whether the model works shows in the call.
  const detail = "The endpoint does not list its models.";
  const advice = "If calls fail too, check the base URL: most end in /v1.";
  const findings: Finding[] = [reachable(endpoint), { check: "model", status: "skip", detail, advice }];
  if (modelId !== undefined) return { findings, usable: true, modelId, listed: undefined };
  return stop([
    reachable(endpoint),
    { check: "model", status: "fail", detail, advice: "Name the model: URL#model." },
  ]);
}

function checkModel(
  endpoint: Endpoint,
  modelId: string | undefined,
  models: ListedModel[],
  findings: Finding[],
): Connection {
  const names = models.map((model) => model.id);
  const listed =
    modelId === undefined && models.length === 1 ? models[0] : models.find(({ id }) => id === modelId);
  if (listed) {
    const finding: Finding = { check: "model", status: "ok", detail: `${listed.id} is served.` };
    return { findings: [...findings, finding], usable: true, modelId: listed.id, listed };
  }
  if (modelId === undefined) {
    const detail = `The endpoint serves ${names.length} models: ${shorten(names)}.`;
    const finding: Finding = {
      check: "model",
      status: "fail",
      detail,
      advice: `Name one: ${endpoint.label}#model.`,
    };
    return { findings: [...findings, finding], usable: false, modelId, listed: undefined };
  }
  const near = nearNames(modelId, names);
  const finding: Finding = {
    check: "model",
    status: "fail",
    detail: `${modelId} is not among the ${names.length} models served: ${shorten(names)}.`,
    ...(near.length > 0 && { advice: `Did you mean ${near.join(" or ")}?` }),
  };
  // Some servers answer for names that they do not list (aliases, adapters): the call will tell.
  return {
    findings: [...findings, { ...finding, status: "warn" }],
    usable: true,
    modelId,
    listed: undefined,
  };
}

function shorten(names: string[]): string {
  return names.slice(0, 8).join(", ") + (names.length > 8 ? ", …" : "") || "none";
}
