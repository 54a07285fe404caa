import { InvalidOptionError } from "../../errors.ts";
import { chat } from "./chat.ts";
import type { Format } from "./format.ts";
import { hle } from "./hle.ts";
import { liveCodeBench } from "./livecodebench.ts";
import { competitionMath, gsm8k, mathArena } from "./mathematics.ts";
import { native } from "./native.ts";
import { pacoreTrain } from "./pacore-train.ts";

/** The most particular first: the first that matches a record reads it. */
export const FORMATS: readonly Format[] = [
  liveCodeBench,
  pacoreTrain,
  chat,
  hle,
  mathArena,
  gsm8k,
  competitionMath,
  native,
];

/** @throws {InvalidOptionError} for a name that is none. */
export function formatNamed(name: string): Format {
  const found = FORMATS.find((format) => format.name === name);
  if (found) return found;
  throw new InvalidOptionError("format", `"${name}" is none of ${FORMATS.map((f) => f.name).join(", ")}.`);
}
