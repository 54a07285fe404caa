import { floatData, type HostTensor } from "../../embedded/engine/host-tensor.ts";

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
}
