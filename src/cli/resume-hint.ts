/** The command that goes on with a run; undefined if it was not kept. */
export function resumeCommand(runId: string, journal: string | boolean | undefined): string | undefined {
  if (journal === false) return undefined;
  const place = typeof journal === "string" ? ` --journal ${quoted(journal)}` : "";
  return `pacore runs resume ${quoted(runId)}${place}`;
}

/** So that a shell reads it back as it is. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
