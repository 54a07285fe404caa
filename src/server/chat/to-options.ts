import { parseWidths, type Widths } from "../../core/effort.ts";
import type { CoordinateOptions } from "../../core/options.ts";
import { badRequest } from "../errors/api-error.ts";
import type { PacoreOptions } from "./pacore-options.ts";
import { definedOf } from "./to-call.ts";

/** Widths by the model's id, unless the `pacore` object says otherwise. @throws ApiError 400 */
export function widthsOf(pacore: PacoreOptions | null | undefined, byModel: Widths | undefined): Widths {
  if (pacore?.widths === undefined) return byModel ?? [];
  try {
    return parseWidths(pacore.widths as string | Widths);
  } catch (error) {
    throw badRequest((error as Error).message, "pacore.widths", "invalid_value");
  }
}

/** The `pacore` object as options of the run. */
export function toOptions(pacore: PacoreOptions | null | undefined, widths: Widths): CoordinateOptions {
  const { budget, deadline, deadline_ms, quorum, seed, sampling } = pacore ?? {};
  const { on_cut_off, min_messages, max_retries, context_window } = pacore ?? {};
  const limits = typeof budget === "number" ? { tokens: budget } : (budget ?? {});
  return {
    widths,
    // A plain call is the client's own: nothing of it is changed. Exploring needs the paper's temperature.
    sampling: sampling ?? (widths.length === 0 ? "model" : "paper"),
    ...definedOf({
      budgetTokens: limits.tokens,
      budgetMoney: limits.money,
      deadlineMs: deadline_ms ?? (deadline === undefined ? undefined : deadline * 1000),
      quorum,
      seed,
      onCutOff: on_cut_off,
      minMessages: min_messages,
      maxRetries: max_retries,
      contextWindow: context_window,
    }),
  };
}
