import { InvalidArgumentError } from "commander";

interface Range {
  least?: number;
  most?: number;
  integer?: boolean;
}

/** An option's number within a range; `32k` and `2M` are read as counts. */
export function parseNumber({ least, most, integer = false }: Range = {}): (text: string) => number {
  return (text) => {
    const [, digits, suffix] = /^([+-]?\d+(?:\.\d+)?(?:e\d+)?)([kM])?$/.exec(text.trim()) ?? [];
    const value = Number(digits) * (suffix === "k" ? 1000 : suffix === "M" ? 1e6 : 1);
    const fits = value >= (least ?? -Infinity) && value <= (most ?? Infinity);
    if (digits === undefined || !fits || (integer && !Number.isSafeInteger(value))) {
      throw new InvalidArgumentError(`Write ${wanted({ integer, ...bounds(least, most) })}.`);
    }
    return value;
  };
}

const bounds = (least?: number, most?: number) => ({
  ...(least !== undefined && { least }),
  ...(most !== undefined && { most }),
});

function wanted({ least, most, integer }: Range): string {
  const kind = integer ? "an integer" : "a number";
  if (least !== undefined && most !== undefined) return `${kind} from ${least} to ${most}`;
  if (least !== undefined) return `${kind} of at least ${least}`;
  return kind;
}
