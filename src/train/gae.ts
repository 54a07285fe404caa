/**
 * Generalized advantage estimation of one episode (Schulman et al. 2016, Eq. 16), in float64:
 *
 *     δ_t = r_t + γ·V_{t+1} − V_t,   A_t = Σ_l (γλ)^l · δ_{t+l},   G_t = A_t + V_t
 *
 * The episode ends after its last token, cut off or not: V_T = 0. With γ = λ = 1 and a reward at the end alone, as in
 * the paper (§2.2), A_t = R − V_t and G_t = R.
 * @param rewards, values `[T]`, one for each response token; V_t is the value before token t is chosen.
 * @returns advantages and returns, `[T]`.
 */
export function generalizedAdvantages({
  rewards,
  values,
  gamma = 1,
  lambda = 1,
}: {
  rewards: ArrayLike<number>;
  values: ArrayLike<number>;
  gamma?: number;
  lambda?: number;
}): { advantages: Float64Array; returns: Float64Array } {
  const length = rewards.length;
  if (values.length !== length) throw new RangeError(`${length} rewards, but ${values.length} values`);
  const advantages = new Float64Array(length);
  const returns = new Float64Array(length);
  let [next, running] = [0, 0];
  for (let t = length - 1; t >= 0; t--) {
    const value = values[t] as number;
    running = (rewards[t] as number) + gamma * next - value + gamma * lambda * running;
    advantages[t] = running;
    returns[t] = running + value;
    next = value;
  }
  return { advantages, returns };
}
