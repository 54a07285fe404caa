import type { CoordinateOptions } from "../core/options.ts";
import type { Price } from "../core/receipt.ts";
import { InputError } from "./input-error.ts";
import type { LimitFlags } from "./solve-flags.ts";
import { defined } from "./solve-plan.ts";

/** Limits as the journal keeps them, so that a resumed run has them too. */
export type Limits = Pick<
  CoordinateOptions,
  | "deadlineMs"
  | "budgetTokens"
  | "budgetMoney"
  | "price"
  | "concurrency"
  | "maxRetries"
  | "callTimeoutMs"
  | "hedge"
>;

/**
 * @param reference Of the model whose price is looked up.
 * @throws {InvalidOptionError} {@link InputError} if a price is given by halves, or not for this model.
 */
export async function limitsOf(flags: LimitFlags, reference: string): Promise<Limits> {
  const { deadline, budgetTokens, budgetMoney, concurrency, maxRetries, callTimeout } = flags;
  const hedge = defined({ afterMs: flags.hedgeAfter, factor: flags.hedgeFactor });
  return defined({
    deadlineMs: deadline,
    budgetTokens,
    budgetMoney,
    price: await priceOf(flags, reference),
    concurrency,
    maxRetries,
    callTimeoutMs: callTimeout,
    hedge: Object.keys(hedge).length > 0 ? hedge : undefined,
  });
}

async function priceOf(
  { priceIn, priceOut, prices }: LimitFlags,
  reference: string,
): Promise<Price | undefined> {
  if (priceIn === undefined && priceOut === undefined && prices === undefined) return undefined;
  const { parsePrice, readPrices } = await import("../upstream/prices.ts");
  const price = parsePrice(priceIn, priceOut);
  if (price || prices === undefined) return price;
  const known = await readPrices(prices);
  const found = namesOf(reference)
    .map((name) => known.get(name))
    .find((entry) => entry !== undefined);
  if (found) return found;
  throw new InputError(`--prices: ${prices} has no price for ${namesOf(reference).join(" or ")}.`);
}

/** A price file may name a model as it is referred to here, or by its id alone. */
function namesOf(reference: string): string[] {
  const id = /^https?:\/\//i.test(reference)
    ? reference.split("#")[1]
    : reference.split(":").slice(1).join(":");
  return id ? [reference, id] : [reference];
}
