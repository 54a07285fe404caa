import { InvalidArgumentError } from "commander";

/** An option's share of a whole, from 0 to 1: `9/24` or `0.375`. */
export function parseShare(text: string): number {
  const [, above, below = "1"] = /^(\d+(?:\.\d+)?)(?:\/(\d+))?$/.exec(text.trim()) ?? [];
  const share = Number(above) / Number(below);
  if (above === undefined || !(share >= 0 && share <= 1))
    throw new InvalidArgumentError("Write a share such as 9/24 or 0.375.");
  return share;
}
