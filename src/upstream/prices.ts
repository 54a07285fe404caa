import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Price } from "../core/receipt.ts";
import { InvalidOptionError } from "../errors.ts";

/** `--price-in 0.5 --price-out 1.5`: both or neither. */
export function parsePrice(input?: string, output?: string, cached?: string): Price | undefined {
  if (input === undefined && output === undefined && cached === undefined) return undefined;
  if (input === undefined) throw new InvalidOptionError("--price-in", "is needed beside --price-out");
  if (output === undefined) throw new InvalidOptionError("--price-out", "is needed beside --price-in");
  return {
    inputPerMillion: parseAmount("--price-in", input),
    outputPerMillion: parseAmount("--price-out", output),
    ...(cached === undefined ? {} : { cachedInputPerMillion: parseAmount("--price-cached", cached) }),
  };
}

function parseAmount(option: string, text: string): number {
  const amount = Number(text.trim().replace(/^[$€£]/, ""));
  if (text.trim() !== "" && amount >= 0 && Number.isFinite(amount)) return amount;
  throw new InvalidOptionError(option, `"${text}" is not a price per million tokens, such as 0.5`);
}

const Amount = z.number().nonnegative();
const PriceFile = z.record(
  z.string(),
  z.strictObject({ in: Amount, out: Amount, cached: Amount.optional() }),
);

/** Prices by model, from `{"model": {"in": 0.5, "out": 1.5, "cached": 0.1}}`. */
export async function readPrices(path: string): Promise<Map<string, Price>> {
  const option = "--prices";
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new InvalidOptionError(option, `${path} cannot be read`, { cause });
  });
  const parsed = PriceFile.safeParse(parseJson(text, path));
  if (!parsed.success) throw new InvalidOptionError(option, `${path}: ${z.prettifyError(parsed.error)}`);
  const entries = Object.entries(parsed.data).map(([model, price]): [string, Price] => [
    model,
    {
      inputPerMillion: price.in,
      outputPerMillion: price.out,
      ...(price.cached === undefined ? {} : { cachedInputPerMillion: price.cached }),
    },
  ]);
  return new Map(entries);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidOptionError("--prices", `${path} is not JSON`, { cause });
  }
}
