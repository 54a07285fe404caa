import { quotedShell as quoted } from "../cluster/openrlhf/quoted-shell.ts";

export { quoted };

/** The command that goes on with a run; undefined if it was not kept. */
export function resumeCommand(runId: string, journal: string | boolean | undefined): string | undefined {
  if (journal === false) return undefined;
  const place = typeof journal === "string" ? ` --journal ${quoted(journal)}` : "";
  return `pacore runs resume ${quoted(runId)}${place}`;
}
