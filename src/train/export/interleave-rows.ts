/**
 * The rows of a q or k projection as llama.cpp rotates them. Hugging Face's Llama rotates a head's row j with
 * its row j + headSize/2, llama.cpp's with the row beside it: row 2j + s of a head is row j + s·headSize/2 here.
 * Without this a model loads without complaint, and is wrong. Attention itself does not see the order of a
 * head's rows, as long as q and k have the same.
 * @param matrix `[heads · headSize, columns]`
 */
export function interleaveRows(matrix: Float32Array, heads: number, headSize: number): Float32Array {
  const columns = matrix.length / (heads * headSize);
  const half = headSize / 2;
  const out = new Float32Array(matrix.length);
  for (let head = 0; head < heads; head++) {
    for (let pair = 0; pair < half; pair++) {
      for (const side of [0, 1]) {
        const from = head * headSize + pair + side * half;
        const to = head * headSize + 2 * pair + side;
        out.set(matrix.subarray(from * columns, (from + 1) * columns), to * columns);
      }
    }
  }
  return out;
}
