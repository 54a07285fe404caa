const BOXED = /\\(?:boxed|fbox)\s*\{/g;

/** The inside of the last `\boxed{…}` of a solution, braces balanced; undefined if it has none. */
export function lastBoxed(text: string): string | undefined {
  const start = [...text.matchAll(BOXED)].at(-1);
  if (!start) return /\\boxed\s+([^\s$]+)/.exec(text)?.[1];
  const from = start.index + start[0].length;
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return text.slice(from, at).trim();
  }
  return undefined;
}
