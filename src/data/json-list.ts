const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * The texts of a JSON array's items, one at a time, whatever the size of the array. Items are told apart by brackets,
 * commas and strings alone; whether they are JSON is for the caller to see.
 * @returns A reason in place of the last item, where the file ends inside the array or is no UTF-8.
 */
export async function* jsonListItems(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string | { reason: string }> {
  const splitter = new ItemSplitter();
  for await (const chunk of chunks) {
    for (const item of splitter.push(chunk)) {
      const text = decoded(item);
      if (typeof text !== "string" || text.trim() !== "") yield text;
    }
  }
  if (splitter.depth > 0) yield { reason: "ends before the array does" };
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function decoded(bytes: Uint8Array): string | { reason: string } {
  try {
    return decoder.decode(bytes);
  } catch {
    return { reason: "is not UTF-8 text" };
  }
}

/** Goes over the bytes once; only what is inside of an item is kept. */
class ItemSplitter {
  /** Open brackets, the array's own included. */
  depth = 0;
  #inString = false;
  #escaped = false;
  #rest: Uint8Array[] = [];

  /** Items that end in this chunk. */
  push(chunk: Uint8Array): Uint8Array[] {
    const items: Uint8Array[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const ends = this.#step(chunk[at] as number);
      if (ends === "begin") from = at + 1;
      if (ends !== "item") continue;
      items.push(Buffer.concat([...this.#rest, chunk.subarray(from, at)]));
      this.#rest = [];
      from = at + 1;
    }
    if (this.depth > 0 && from < chunk.length) this.#rest.push(chunk.subarray(from));
    return items;
  }

  #step(byte: number): "begin" | "item" | undefined {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return undefined;
    }
    if (byte === QUOTE) this.#inString = true;
    else if (OPENING.has(byte)) return ++this.depth === 1 ? "begin" : undefined;
    else if (CLOSING.has(byte)) return --this.depth === 0 ? "item" : undefined;
    else if (byte === COMMA && this.depth === 1) return "item";
    return undefined;
  }
}
