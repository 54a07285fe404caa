import { type EndpointIdentity, isRetryableStatus, UpstreamError } from "./errors.ts";

interface ErrorBody {
  message: string;
  status: number | undefined;
  /** The server's words for it, `invalid_request_error` and the like. */
  type: string;
}

/** The error in a JSON body or event, in any of the shapes servers use; undefined when there is none. */
export function readErrorBody(body: unknown, eventName = ""): ErrorBody | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const record = body as Record<string, unknown>;
  const error = record.error ?? (eventName === "error" || record.object === "error" ? record : undefined);
  if (error === undefined || error === null || error === false) return undefined;
  if (typeof error !== "object") return { message: String(error), status: undefined, type: "" };
  const { message, detail, code, status, status_code, type } = error as Record<string, unknown>;
  const text = message ?? detail;
  return {
    message: typeof text === "string" ? text : JSON.stringify(error).slice(0, 500),
    status: [status_code, status, code].map(Number).find((value) => value >= 400 && value < 600),
    type: [type, code, status].filter((value) => typeof value === "string").join(" "),
  };
}

const PERMANENT =
  /invalid|bad_?request|context_length|not_?found|auth|permission|unsupported|content_filter|policy/i;

/** An error that arrives in a stream whose status was 200. Unless it says otherwise it may pass. */
export function streamFailure(endpoint: EndpointIdentity, error: ErrorBody): UpstreamError {
  const { message, status, type } = error;
  return new UpstreamError(endpoint, {
    kind: "stream-error",
    message: `The model endpoint reported an error in mid-stream: ${message}`,
    isRetryable: status === undefined ? !PERMANENT.test(type) : isRetryableStatus(status),
    ...(status === undefined ? {} : { statusCode: status }),
    data: { type },
  });
}

/** A response with status 200 that cannot be used, most often because the URL is not that of an API. */
export function completionFailure(endpoint: EndpointIdentity, problem: string): UpstreamError {
  return new UpstreamError(endpoint, {
    kind: "invalid",
    message: `The model endpoint's answer ${problem}; check the base URL (most end in /v1).`,
    isRetryable: false,
  });
}
