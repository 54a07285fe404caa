import { resolve } from "node:path";
import type { AskingOptions } from "../data/asking/asking.ts";
import { isEmbedded } from "../upstream/reference.ts";
import { resolveModel } from "../upstream/resolve.ts";
import type { AskFlags } from "./data-flags.ts";
import { InputError } from "./input-error.ts";
import { modelName, present, priceOf } from "./model-options.ts";
import { modelReference } from "./model-reference.ts";

/** @throws {InputError} for an output that would take the place of what is read. */
export function checkOut(source: string, out: string): void {
  if (resolve(source) === resolve(out))
    throw new InputError("--out: it is the input itself; name another file.");
}

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
