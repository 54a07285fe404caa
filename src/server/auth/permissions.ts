import type { Widths } from "../../core/effort.ts";
import { ApiError, badRequest } from "../errors/api-error.ts";
import type { ApiKey } from "./keys-file.ts";

export interface WidthLimits {
  /** Widest round. */
  maxWidth: number;
  /** Exploring rounds. */
  maxRounds: number;
}

/** @throws ApiError 403 when the key may not use this model. */
export function checkModel(key: ApiKey | undefined, model: string): void {
  if (mayUse(key, model)) return;
  throw new ApiError(403, {
    message: `This key may not use the model '${model}'.`,
    param: "model",
    code: "model_not_allowed",
  });
}

export function mayUse(key: ApiKey | undefined, model: string): boolean {
  return !key?.models || key.models.includes(model);
}

/** @throws ApiError 400 beyond the server's limit, 403 beyond the key's. */
export function checkWidths(key: ApiKey | undefined, widths: Widths, limits: WidthLimits): void {
  const widest = Math.max(0, ...widths);
  if (widest > limits.maxWidth || widths.length > limits.maxRounds) {
    throw badRequest(
      `Widths ${JSON.stringify(widths)} are beyond this server's limit of ${limits.maxRounds} rounds of ${limits.maxWidth}.`,
      "widths",
      "widths_too_large",
    );
  }
  const allowed = key?.maxWidths;
  if (!allowed) return;
  if (widths.length > allowed.length || widths.some((width, i) => width > (allowed[i] as number))) {
    throw new ApiError(403, {
      message: `This key may use widths up to ${JSON.stringify(allowed)}.`,
      param: "widths",
      code: "widths_not_allowed",
    });
  }
}
