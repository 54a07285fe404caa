import type { AskingOptions } from "../data/asking/asking.ts";
import { isEmbedded } from "../upstream/reference.ts";
import { resolveModel } from "../upstream/resolve.ts";
import type { AskFlags } from "./data-flags.ts";
import { InputError } from "./input-error.ts";
import { modelName, present, priceOf } from "./model-options.ts";
import { modelReference } from "./model-reference.ts";

/**
 * The model that a data set is made with, and its limits.
 * @throws {InputError} {@link ModelReferenceError}
 */
export async function askingOptions(
  flags: AskFlags,
  { drain, abort }: { drain: AbortSignal; abort: AbortSignal },
): Promise<Omit<AskingOptions, "what" | "identity">> {
  const reference = modelReference(flags);
  if (isEmbedded(reference))
    throw new InputError(
      "The embedded model solves work lists only; name a real model with --model or PACORE_MODEL.",
    );
  const price = priceOf(flags);
  const model = await resolveModel(reference);
  const { temperature, topP, maxTokens, sampling, maxRetries, callTimeout } = flags;
  const { seed, concurrency, budgetTokens, budgetMoney } = flags;
  return {
    model,
    modelName: await modelName(reference, model),
    seed,
    concurrency,
    call: present({ temperature, topP, maxOutputTokens: maxTokens }),
    coordinate: present({ sampling, maxRetries, callTimeoutMs: callTimeout }),
    budgetTokens,
    budgetMoney,
    price,
    drain,
    abort,
  };
}
