import type { Verifier } from "../score.ts";
import { mathNormalForm } from "./normal-form.ts";
import type { MathOptions } from "./options.ts";
import { scoreMath } from "./score-math.ts";

/** Compares final answers as mathematics; see {@link scoreMath}. */
export const mathVerifier = (options: MathOptions = {}): Verifier => ({
  name: "math",
  score: (prediction, gold) => scoreMath(prediction, gold, options),
  normalForm: mathNormalForm,
});
