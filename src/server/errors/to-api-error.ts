import { APICallError, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import { BudgetTooSmallError } from "../../core/budget.ts";
import { ContextOverflowError } from "../../core/context.ts";
import { DeadlineError, EmptyRoundError, RunError } from "../../core/errors.ts";
import { NoProblemError } from "../../core/prompt-slot.ts";
import { InvalidOptionError } from "../../errors.ts";
import { UpstreamError } from "../../upstream/errors.ts";
import { ReaderLeftError } from "../runs/leaving.ts";
import { ApiError, badRequest } from "./api-error.ts";

/** Anything thrown, as the client may see it. What is not known to be public is not repeated. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof InvalidOptionError) return badRequest(error.message, `pacore.${error.option}`);
  if (error instanceof NoProblemError) return badRequest(error.message, "messages");
  if (error instanceof ContextOverflowError) {
    return badRequest(error.message, "messages", "context_length_exceeded");
  }
  if (error instanceof BudgetTooSmallError) {
    return badRequest(error.message, "pacore.budget", "budget_too_small");
  }
  if (UnsupportedFunctionalityError.isInstance(error)) {
    return badRequest(
      `The model does not support this: ${error.functionality}.`,
      undefined,
      "unsupported_value",
    );
  }
  if (error instanceof ReaderLeftError) {
    return new ApiError(499, { message: error.message, code: "client_closed_request" });
  }
  if (error instanceof RunError) return runFailed(error);
  if (APICallError.isInstance(error)) return upstreamFailed(error);
  return new ApiError(
    500,
    { message: "The server failed; its log says why.", code: "internal_error" },
    { cause: error },
  );
}

function runFailed(error: RunError): ApiError {
  if (error instanceof DeadlineError) {
    return new ApiError(
      504,
      { message: error.message, code: "deadline_exceeded", retry: false },
      { cause: error },
    );
  }
  if (error instanceof EmptyRoundError && allCutOff(error)) return tooShort(error);
  const { cause } = error;
  const why = cause === undefined ? undefined : toApiError(cause);
  const where =
    error instanceof EmptyRoundError ? `Round ${error.round} gave no message` : "The last round failed";
  // What the model refuses outright is the client's to mend; all else is ours, and was retried already.
  const status = why && why.status < 500 ? why.status : (why?.status ?? 502);
  return new ApiError(
    status === 500 ? 502 : status,
    {
      message: why && why.status !== 500 ? `${where}: ${why.message}` : `${where}.`,
      code: why?.code ?? "run_failed",
      retryAfter: why?.retryAfter,
      retry: false,
    },
    { cause: error },
  );
}

function allCutOff({ trajectories, round }: EmptyRoundError): boolean {
  const own = trajectories.filter((trajectory) => trajectory.round === round);
  return own.length > 0 && own.every(({ outcome }) => outcome === "cut-off");
}

/** In OpenAI's words for reasoning that leaves no room for an answer: a 400, for only the client can mend it. */
function tooShort(cause: EmptyRoundError): ApiError {
  const message =
    "Could not finish the message because max_tokens or model output limit was reached: every trajectory of " +
    `round ${cause.round} was cut off before its conclusion. Please try again with higher max_tokens.`;
  return new ApiError(400, { message, code: "output_limit_reached", retry: false }, { cause });
}

/** An upstream's refusal in our words; only our own transport's messages are known to hold no host or key. */
function upstreamFailed(error: APICallError): ApiError {
  const { kind, message: said } =
    error instanceof UpstreamError ? error : { kind: undefined, message: "The model endpoint failed." };
  const status = error.statusCode;
  const retryAfter = retryAfterOf(error);
  // Its breaker is open: nobody was asked.
  if (kind === "open") {
    return new ApiError(
      503,
      { message: said, code: "upstream_unavailable", retryAfter: retryAfter ?? 5 },
      { cause: error },
    );
  }
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return new ApiError(status, { message: said, code: "upstream_refused" }, { cause: error });
    case 404:
      return new ApiError(404, { message: said, code: "model_not_found" }, { cause: error });
    case 429:
      return new ApiError(
        429,
        { message: said, code: "upstream_rate_limit", retryAfter: retryAfter ?? 5 },
        { cause: error },
      );
    case 503:
      return new ApiError(
        503,
        { message: said, code: "upstream_overloaded", retryAfter: retryAfter ?? 5 },
        { cause: error },
      );
    case 408:
    case 504:
      return new ApiError(504, { message: said, code: "upstream_timeout" }, { cause: error });
    default: {
      if (kind === "idle")
        return new ApiError(504, { message: said, code: "upstream_timeout" }, { cause: error });
      return new ApiError(502, { message: said, code: "upstream_failed" }, { cause: error });
    }
  }
}

function retryAfterOf({ responseHeaders }: APICallError): number | undefined {
  const { "retry-after": after, "retry-after-ms": afterMs } = responseHeaders ?? {};
  const seconds = afterMs === undefined ? Number(after) : Number(afterMs) / 1000;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}
