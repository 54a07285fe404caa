import { InvalidArgumentError } from "commander";

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const SHAPE = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

/**
 * Milliseconds from `90s`, `5m`, `1.5h`, `250ms`, `1m30s`. A number without a unit is refused: whether it meant
 * seconds or milliseconds is not ours to guess.
 * @throws {InvalidArgumentError}
 */
export function parseDuration(text: string): number {
  const parts = text.trim().match(/\d+(?:\.\d+)?(?:ms|s|m|h)/g) ?? [];
  if (parts.length === 0 || parts.join("") !== text.trim()) {
    throw new InvalidArgumentError("Write a duration such as 90s, 5m, 1m30s or 250ms.");
  }
  return parts.reduce((sum, part) => {
    const [, amount, unit] = SHAPE.exec(part) as unknown as [string, string, keyof typeof UNITS];
    return sum + Number(amount) * UNITS[unit];
  }, 0);
}
