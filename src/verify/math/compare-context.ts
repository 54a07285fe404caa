import type { Expression } from "./expression.ts";
import type { Fuel } from "./limits.ts";
import type { MathOptions } from "./options.ts";

/** What one comparison carries along. */
export interface Context {
  readonly options: MathOptions;
  readonly fuel: Fuel;
  /** Why a "no" is no proof that the answers differ. */
  readonly doubts: string[];
  /** The whole comparison, for the parts of an answer. */
  readonly equal: (gold: Expression, prediction: Expression) => boolean;
}

/** A "no" that only says that we could not tell. */
export function doubt(context: Context, why: string): false {
  if (!context.doubts.includes(why)) context.doubts.push(why);
  return false;
}
