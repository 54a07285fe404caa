import { APICallError } from "@ai-sdk/provider";
import { redact } from "../core/redact.ts";
import { PacoreError } from "../errors.ts";

/** A model reference that names nothing usable. */
export class ModelReferenceError extends PacoreError {
  override name = "ModelReferenceError";
}

/** `provider:model` whose provider package is not installed. */
export class MissingProviderError extends ModelReferenceError {
  override name = "MissingProviderError";
  /** What to hand to `npm install`. */
  readonly packageName: string;

  constructor(packageName: string, provider: string, options?: ErrorOptions) {
    super(
      `Models of "${provider}:" need the package ${packageName}: run "npm install ${packageName}".`,
      options,
    );
    this.packageName = packageName;
  }
}

/** What went wrong below the AI SDK. `status` is undefined where no HTTP status was seen. */
export type FailureKind =
  | "connect"
  | "reset"
  | "idle"
  | "stream-error"
  | "unfinished"
  | "invalid"
  | "http"
  | "open";

interface FailureFields {
  /** Without a host, a URL or a key: it may be shown to a client of a server that stands in front. */
  message: string;
  kind: FailureKind;
  isRetryable: boolean;
  /** The response had begun: tokens may have been paid for. */
  begun?: boolean;
  statusCode?: number;
  responseHeaders?: Record<string, string>;
  responseBody?: string;
  data?: unknown;
}

/**
 * A failed upstream call. It is the AI SDK's own error class, so that retries (ours, or the SDK's) read
 * `isRetryable`, `statusCode` and Retry-After from it. It never holds the request: `requestBodyValues` is
 * undefined, `url` the endpoint without credentials or query, and no text contains the endpoint's key.
 */
export class UpstreamError extends APICallError {
  readonly kind: FailureKind;
  readonly begun: boolean;

  constructor(endpoint: EndpointIdentity, { kind, begun, message, responseBody, ...fields }: FailureFields) {
    super({
      ...fields,
      message: scrub(message, endpoint),
      ...(responseBody === undefined ? {} : { responseBody: scrub(responseBody, endpoint) }),
      url: endpoint.label,
      requestBodyValues: undefined,
    });
    this.kind = kind;
    this.begun = begun ?? false;
  }
}

/** What an error may say about an endpoint, and what no text may contain. */
export interface EndpointIdentity {
  /** The base URL without credentials and query. */
  label: string;
  /** Keys, passwords, and whatever else is sent along and must not be repeated. */
  secrets: readonly string[];
}

/** Statuses after which the same request may succeed. */
export function isRetryableStatus(status: number): boolean {
  return (
    status === 408 || status === 409 || status === 425 || status === 429 || (status >= 500 && status !== 501)
  );
}

/** Servers quote what they were sent; a proxy's error page names the machine behind it. */
function scrub(text: string, { label, secrets }: EndpointIdentity): string {
  let out = text;
  for (const secret of secrets) if (secret.length >= 4) out = out.replaceAll(secret, "[redacted]");
  const { host } = new URL(label);
  out = out.replaceAll(label, "[endpoint]");
  // A host that is a plain word ("gpu") may stand in any sentence.
  if (/[.:]/.test(host)) out = out.replaceAll(host, "[endpoint]");
  return redact(out, 2000);
}

const CONNECT_ADVICE: Record<string, string> = {
  ECONNREFUSED: "The model endpoint refused the connection; is the server running, and the port right?",
  ENOTFOUND: "The model endpoint's host name is unknown; check the URL.",
  EAI_AGAIN: "The model endpoint's host name could not be looked up; check the network.",
  UND_ERR_CONNECT_TIMEOUT: "The model endpoint did not accept a connection in time.",
  ETIMEDOUT: "The model endpoint did not accept a connection in time.",
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "The model endpoint's TLS certificate is self-signed; set NODE_EXTRA_CA_CERTS.",
  SELF_SIGNED_CERT_IN_CHAIN: "The model endpoint's TLS certificate is self-signed; set NODE_EXTRA_CA_CERTS.",
  CERT_HAS_EXPIRED: "The model endpoint's TLS certificate has expired.",
  ERR_TLS_CERT_ALTNAME_INVALID: "The model endpoint's TLS certificate is for another host name.",
  ERR_SSL_WRONG_VERSION_NUMBER:
    "The model endpoint does not speak TLS on this port; try http:// instead of https://.",
  EPROTO: "The TLS handshake with the model endpoint failed; try http:// instead of https://.",
};

/** An error of the socket or of undici, told apart by whether a response had begun. */
export function networkFailure(
  endpoint: EndpointIdentity,
  error: unknown,
  responseBegun: boolean,
): UpstreamError {
  const code = errorCode(error);
  const advice = responseBegun ? undefined : CONNECT_ADVICE[code];
  const message = responseBegun
    ? `The model endpoint closed the connection in the middle of its answer (${code}).`
    : (advice ?? `The connection to the model endpoint failed before it answered (${code}).`);
  // A wrong certificate stays wrong; everything else of the network may pass.
  const permanent = /CERT|TLS|SSL|EPROTO/.test(code);
  const kind = advice ? "connect" : "reset";
  return new UpstreamError(endpoint, {
    kind,
    message,
    isRetryable: !permanent,
    begun: responseBegun,
    data: { code },
  });
}

/** The machine-readable code of a network error, wherever Node or undici hid it. */
export function errorCode(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ("code" in at && typeof at.code === "string") return at.code;
    if (at instanceof AggregateError && at.errors.length > 0) return errorCode(at.errors[0]);
  }
  return error instanceof Error ? error.name : "unknown";
}
