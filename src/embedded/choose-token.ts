/** How the next token is drawn. */
export interface SamplingSettings {
  /** 0 takes the most likely token. */
  temperature: number;
  /** Smallest set of most likely tokens whose probability reaches this. */
  topP: number;
  /** At most this many of the most likely tokens; 0 for all. */
  topK: number;
}

interface ChosenToken {
  token: number;
  /** Under the model itself: temperature 1, nothing truncated. */
  logProbability: number;
}

/** Draw a token from `logits[V]` with one uniform number in [0, 1). */
export function chooseToken(logits: Float32Array, settings: SamplingSettings, uniform: number): ChosenToken {
  let best = 0;
  for (let token = 1; token < logits.length; token++) {
    if ((logits[token] as number) > (logits[best] as number)) best = token;
  }
  const top = logits[best] as number;
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - top);
  const token = settings.temperature > 0 ? draw(logits, top, settings, uniform) : best;
  return { token, logProbability: (logits[token] as number) - top - Math.log(total) };
}

function draw(logits: Float32Array, top: number, settings: SamplingSettings, uniform: number): number {
  const { temperature, topP, topK } = settings;
  const masses = Float64Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  if (topP < 1 || (topK > 0 && topK < masses.length)) truncate(masses, topP, topK);
  let rest = uniform * masses.reduce((sum, mass) => sum + mass, 0);
  let chosen = 0;
  for (const [token, mass] of masses.entries()) {
    if (mass === 0) continue;
    chosen = token;
    rest -= mass;
    if (rest < 0) break;
  }
  return chosen;
}

/** Set the mass of all tokens outside the top-k and the nucleus to 0. The most likely token always stays. */
function truncate(masses: Float64Array, topP: number, topK: number): void {
  const order = [...masses.keys()].sort((a, b) => (masses[b] as number) - (masses[a] as number) || a - b);
  const kept = topK > 0 ? order.slice(0, topK) : order;
  for (const token of order.slice(kept.length)) masses[token] = 0;
  const enough = topP * kept.reduce((sum, token) => sum + (masses[token] as number), 0);
  let sum = 0;
  for (const [rank, token] of kept.entries()) {
    if (rank > 0 && sum >= enough) masses[token] = 0;
    else sum += masses[token] as number;
  }
}
