import { InvalidOptionError } from "../../errors.ts";

export interface YarnOptions {
  /** How far positions are stretched; 1 leaves the model as it is. */
  factor: number;
  /** Positions the model was trained at. Default: as its configuration says. */
  originalLength?: number | undefined;
  /** Sharpen attention with the factor, as YaRN proposes. Default: no, as the paper's runs (§3.2). */
  temperature?: boolean | undefined;
  /** Tokens of the longest sequence, which the model must hold afterwards. */
  length: number;
}

type Config = Readonly<Record<string, unknown>>;

/** What is of interest of a configuration's rotary settings, under either of their names. */
interface Rope {
  rope_type?: string;
  type?: string;
  factor?: number;
  original_max_position_embeddings?: number;
}

/**
 * A model's `config.json` with YaRN (Peng et al. 2023): there is no flag for it, and transformers and vLLM read it there.
 * `max_position_embeddings` is set with it, to factor · original: transformers compares the two, and vLLM takes its
 * length limit from them.
 * @returns The same object where there is nothing to change: a stage that begins with a stretched model leaves it so.
 * @throws {InvalidOptionError} if it is stretched otherwise, or would not reach `length`.
 */
export function yarnConfig(
  config: Config,
  { factor, originalLength, temperature = false, length }: YarnOptions,
): Config {
  const rope = (config.rope_parameters ?? config.rope_scaling ?? {}) as Rope;
  const kind = rope.rope_type ?? rope.type ?? "default";
  const native = Number(config.max_position_embeddings);
  if (kind !== "default") {
    const same = kind === "yarn" && rope.factor === factor;
    const original = rope.original_max_position_embeddings;
    if (!same || (originalLength !== undefined && original !== originalLength))
      throw new InvalidOptionError(
        "cluster.yarnFactor",
        `the model is stretched already (${JSON.stringify(rope)}); set yarnFactor, and yarnOriginalLength, to what it ` +
          "has, or begin with the model before that.",
      );
    checkReach(factor * (original ?? native), factor, original ?? native, length);
    return config;
  }
  const original = originalLength ?? native;
  checkReach(factor * original, factor, original, length);
  if (factor === 1) return config;
  const yarn = {
    rope_type: "yarn",
    factor,
    original_max_position_embeddings: original,
    ...(!temperature && plainAttention(factor)),
  };
  return {
    ...config,
    max_position_embeddings: Math.ceil(factor * original),
    // Its newer name holds the base frequency too.
    ...("rope_parameters" in config
      ? { rope_parameters: { ...(config.rope_parameters as object), ...yarn } }
      : { rope_scaling: yarn }),
  };
}

/**
 * Both names of the same: transformers takes `attention_factor` as it is, vLLM multiplies YaRN's own, 0.1 · ln(factor) + 1,
 * by `attn_factor`. Sampler and trainer have to agree.
 */
const plainAttention = (factor: number) => ({
  attention_factor: 1,
  attn_factor: 1 / (0.1 * Math.log(factor) + 1),
});

function checkReach(reach: number, factor: number, original: number, length: number): void {
  if (reach >= length) return;
  throw new InvalidOptionError(
    "cluster.yarnFactor",
    `${factor} × ${original} positions are fewer than maxResponseTokens, ${length}; raise it to ` +
      `${Math.ceil((2 * length) / original) / 2}, or lower maxResponseTokens.`,
  );
}
