import { PacoreError } from "../../errors.ts";

/** Numbers of the training that are not finite. The message says which, and what to do. */
export class NonFiniteError extends PacoreError {
  override name = "NonFiniteError";

  constructor(what: string) {
    super(`${what} are not finite; lower the learning rates, and go on from the last checkpoint.`);
  }
}

/** @throws {NonFiniteError} if any number is not finite. `what` is a plural. */
export function checkFinite(what: string, arrays: Iterable<readonly number[] | Float32Array>): void {
  for (const array of arrays)
    for (const value of array) if (!Number.isFinite(value)) throw new NonFiniteError(what);
}

/** The same for a model's tensors, in the order of their names; the message has the first that is at fault. */
export function checkTensors(what: string, names: Iterable<string>, tensors: readonly Float32Array[]): void {
  for (const [index, name] of [...names].entries())
    checkFinite(`${what} of ${name}`, [tensors[index] as Float32Array]);
}
