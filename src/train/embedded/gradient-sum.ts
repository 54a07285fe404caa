import { floatData, type HostTensor } from "../../embedded/engine/host-tensor.ts";
import { PacoreError } from "../../errors.ts";

/** A number of the training that is not finite: what it was, and of which step. */
export class NonFiniteError extends PacoreError {
  override name = "NonFiniteError";
}

/** Gradients of a batch, added up group by group in a fixed order, so that the sum is the same to the bit. */
export class GradientSum {
  readonly arrays: Float32Array[];

  constructor(parameters: readonly HostTensor[]) {
    this.arrays = parameters.map(({ data }) => new Float32Array(data.length));
  }

  add(gradients: readonly HostTensor[], weight = 1): void {
    for (const [index, sum] of this.arrays.entries()) {
      const gradient = floatData(gradients[index]);
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + weight * (gradient[i] as number);
    }
  }

  /** @throws {NonFiniteError} that names the first parameter whose gradient is not finite. */
  check(what: string, names: readonly string[]): void {
    for (const [index, array] of this.arrays.entries()) {
      if (array.every(Number.isFinite)) continue;
      throw new NonFiniteError(
        `The gradient of the ${what} for ${names[index]} is not finite; lower its learning rate or maxGradientNorm, and go on from the last checkpoint.`,
      );
    }
  }
}
