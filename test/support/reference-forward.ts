import { headSize, type LlamaConfig } from "../../src/embedded/weights.ts";

/** A parameter by its Hugging Face name, row-major. */
export type GetParameter = (name: string) => ArrayLike<number>;

/**
 * A Llama as its definition says, in float64 and without any cleverness: the logits after the last of `tokens`.
 * @param rotation Which rows of a head turn together: `j` and `j + size/2` ("halves", Hugging Face), or `2j` and
 *   `2j + 1` ("neighbours", llama.cpp).
 */
export function referenceLogits(
  config: LlamaConfig,
  get: GetParameter,
  tokens: readonly number[],
  rotation: "halves" | "neighbours",
): number[] {
  const { hiddenSize, heads, layers } = config;
  const size = headSize(config);
  const embedding = get("model.embed_tokens.weight");
  let x = tokens.map((token) => rowOf(embedding, token, hiddenSize));
  for (let layer = 0; layer < layers; layer++) {
    const at = (name: string) => get(`model.layers.${layer}.${name}.weight`);
    const h = x.map((row) => rmsNorm(row, at("input_layernorm"), config.rmsNormEps));
    const project = (name: string) => h.map((row) => times(at(name), row));
    const turned = (rows: number[][]) =>
      rows.map((row, position) => rotated(row, position, { size, theta: config.ropeTheta, rotation }));
    const q = turned(project("self_attn.q_proj"));
    const k = turned(project("self_attn.k_proj"));
    const v = project("self_attn.v_proj");
    x = x.map((row, t) =>
      add(row, times(at("self_attn.o_proj"), attend(q[t] as number[], k.slice(0, t + 1), v, heads))),
    );
    x = x.map((row) => {
      const normed = rmsNorm(row, at("post_attention_layernorm"), config.rmsNormEps);
      const up = times(at("mlp.up_proj"), normed);
      const gated = times(at("mlp.gate_proj"), normed).map(
        (g, i) => (g / (1 + Math.exp(-g))) * (up[i] as number),
      );
      return add(row, times(at("mlp.down_proj"), gated));
    });
  }
  return times(embedding, rmsNorm(x.at(-1) as number[], get("model.norm.weight"), config.rmsNormEps));
}

function attend(q: number[], keys: number[][], values: number[][], heads: number): number[] {
  const size = q.length / heads;
  return q.map((_, column) => {
    const start = Math.floor(column / size) * size;
    const part = (row: number[]) => row.slice(start, start + size);
    const scores = keys.map((key) => dot(part(q), part(key)) / Math.sqrt(size));
    const masses = scores.map((score) => Math.exp(score - Math.max(...scores)));
    const total = masses.reduce((a, b) => a + b);
    return masses.reduce((sum, mass, t) => sum + (mass / total) * (values[t]?.[column] as number), 0);
  });
}

function rotated(
  row: number[],
  position: number,
  { size, theta, rotation }: { size: number; theta: number; rotation: "halves" | "neighbours" },
): number[] {
  const out = [...row];
  for (let start = 0; start < row.length; start += size) {
    for (let pair = 0; pair < size / 2; pair++) {
      const angle = position * theta ** ((-2 * pair) / size);
      const first = start + (rotation === "halves" ? pair : 2 * pair);
      const second = first + (rotation === "halves" ? size / 2 : 1);
      const [a, b] = [row[first] as number, row[second] as number];
      out[first] = a * Math.cos(angle) - b * Math.sin(angle);
      out[second] = a * Math.sin(angle) + b * Math.cos(angle);
    }
  }
  return out;
}

function rmsNorm(row: number[], weight: ArrayLike<number>, epsilon: number): number[] {
  const scale = 1 / Math.sqrt(dot(row, row) / row.length + epsilon);
  return row.map((value, i) => value * scale * (weight[i] as number));
}

/** A matrix `[out, in]` times a column. */
function times(matrix: ArrayLike<number>, column: readonly number[]): number[] {
  return Array.from({ length: matrix.length / column.length }, (_, row) =>
    dot(rowOf(matrix, row, column.length), column),
  );
}

const rowOf = (matrix: ArrayLike<number>, row: number, width: number) =>
  Array.from({ length: width }, (_, column) => matrix[row * width + column] as number);

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

const add = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value + (b[i] as number));
