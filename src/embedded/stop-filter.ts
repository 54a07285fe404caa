/** Cuts a stream of text before the first stop sequence, which may arrive in pieces. */
interface StopFilter {
  /** Add text. @returns What is certainly before any stop sequence, and whether one has been found. */
  push(delta: string): { text: string; stopped: boolean };
  /** What was held back, once no more text will come. */
  flush(): string;
}

export function createStopFilter(sequences: readonly string[]): StopFilter {
  const wanted = sequences.filter((sequence) => sequence.length > 0);
  let held = "";

  function push(delta: string) {
    held += delta;
    const found = wanted.map((sequence) => held.indexOf(sequence)).filter((index) => index >= 0);
    const end = found.length > 0 ? Math.min(...found) : held.length - possibleStart();
    const text = held.slice(0, end);
    held = found.length > 0 ? "" : held.slice(end);
    return { text, stopped: found.length > 0 };
  }

  /** Length of the longest end of what is held that some sequence begins with. */
  function possibleStart(): number {
    let longest = 0;
    for (const sequence of wanted) {
      for (let size = Math.min(sequence.length - 1, held.length); size > longest; size--) {
        if (held.endsWith(sequence.slice(0, size))) longest = size;
      }
    }
    return longest;
  }

  return {
    push,
    flush() {
      const text = held;
      held = "";
      return text;
    },
  };
}
