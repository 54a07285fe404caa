/** The names that are most like `wanted`, best first: parts of each other, or few letters apart. */
export function nearNames(wanted: string, names: readonly string[], count = 3): string[] {
  const target = normalise(wanted);
  return names
    .map((name) => ({ name, distance: distance(target, normalise(name)) }))
    .filter(({ distance }) => distance <= Math.max(3, target.length / 2))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ name }) => name);
}

function normalise(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function distance(a: string, b: string): number {
  if (a !== "" && b !== "" && (a.includes(b) || b.includes(a))) return 0;
  return editDistance(a, b);
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
