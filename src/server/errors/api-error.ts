import { PacoreError } from "../../errors.ts";

interface ApiErrorFields {
  message: string;
  /** The field of the request at fault, as the client wrote it: `messages[0].role`. */
  param?: string | undefined;
  /** Machine-readable, in OpenAI's words where they have one. */
  code?: string | undefined;
  /** OpenAI's class of error; default by status. */
  type?: string | undefined;
  /** Seconds until asking again makes sense. */
  retryAfter?: number | undefined;
  /** False keeps OpenAI's clients from paying for the same run again on their own. */
  retry?: boolean | undefined;
}

/** What a client is told, in OpenAI's error shape. Its message is public: no host, no key, no prompt. */
export class ApiError extends PacoreError {
  override name = "ApiError";
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly retryAfter: number | undefined;
  readonly retry: boolean | undefined;

  constructor(status: number, fields: ApiErrorFields, options?: ErrorOptions) {
    super(fields.message, options);
    this.status = status;
    this.type = fields.type ?? typeOf(status);
    this.param = fields.param ?? null;
    this.code = fields.code ?? null;
    this.retryAfter = fields.retryAfter;
    this.retry = fields.retry;
  }

  toBody() {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }

  toHeaders(): Record<string, string> {
    return {
      ...(this.retryAfter !== undefined && {
        "retry-after": String(Math.max(1, Math.ceil(this.retryAfter))),
      }),
      ...(this.retry !== undefined && { "x-should-retry": String(this.retry) }),
    };
  }

  toResponse(): Response {
    return Response.json(this.toBody(), { status: this.status, headers: this.toHeaders() });
  }
}

function typeOf(status: number): string {
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** A request that cannot be used; names the field. */
export function badRequest(message: string, param?: string, code?: string): ApiError {
  return new ApiError(400, { message, param, code });
}

/** A field that OpenAI knows and this server cannot honour: better refused than ignored. */
export function unsupported(param: string, advice = "leave it out"): ApiError {
  return badRequest(`'${param}' is not supported here; ${advice}.`, param, "unsupported_parameter");
}
