import { InvalidOptionError } from "../errors.ts";

/** Trajectories per exploring round, `[K₁ … K_R̂]`; the last round of one is implied (§2.1). */
export type Widths = readonly number[];

/** The paper's three settings (§3.2). */
export const EFFORT = {
  low: [4],
  medium: [16],
  high: [32, 4],
} as const satisfies Record<string, Widths>;

export type Effort = keyof typeof EFFORT;

/** More than this in one round is a typing error or an attack, not a plan. */
export const MAX_WIDTH = 4096;

/**
 * Widths from what a person wrote: `"high"`, `"32,4"`, `"[32, 4]"`, `"none"` (one plain call), or an array.
 * @throws {InvalidOptionError} on anything that is not a list of positive integers.
 */
export function parseWidths(value: string | Widths, option = "widths"): Widths {
  if (typeof value !== "string") return checkWidths(value, option);
  const text = value.trim().toLowerCase();
  if (Object.hasOwn(EFFORT, text)) return EFFORT[text as Effort];
  if (text === "none" || text === "[]") return [];
  const inner = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  const parts = inner.split(",").map((part) => part.trim());
  if (!parts.every((part) => /^\d{1,6}$/.test(part))) {
    throw new InvalidOptionError(option, `"${value}" is neither low, medium, high, nor widths such as 32,4.`);
  }
  return checkWidths(parts.map(Number), option);
}

function checkWidths(widths: Widths, option: string): Widths {
  for (const width of widths) {
    if (!Number.isInteger(width) || width < 1 || width > MAX_WIDTH) {
      throw new InvalidOptionError(option, `${width} is not a width; use integers from 1 to ${MAX_WIDTH}.`);
    }
  }
  return widths;
}
