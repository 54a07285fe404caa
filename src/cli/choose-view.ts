import type { Widths } from "../core/effort.ts";
import type { OutputFlags } from "./solve-flags.ts";
import type { View } from "./view/view.ts";

export type ViewKind = "live" | "plain" | "json" | "quiet";

interface Streams {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/** A terminal is redrawn; everything else gets lines. */
export function viewKind({ json, quiet }: OutputFlags, { stderr }: Streams): ViewKind {
  if (json) return "json";
  if (quiet) return "quiet";
  return stderr.isTTY && process.env.TERM !== "dumb" ? "live" : "plain";
}

export async function openView(kind: ViewKind, { stdout, stderr }: Streams): Promise<View> {
  switch (kind) {
    case "live":
      return new (await import("./view/live-view.ts")).LiveView({ stdout, stderr });
    case "plain":
      return (await import("./view/plain-view.ts")).plainView(stdout, stderr);
    case "json":
      return (await import("./view/json-view.ts")).jsonView(stdout);
    case "quiet":
      return (await import("./view/quiet-view.ts")).quietView(stdout);
    default:
      return kind satisfies never;
  }
}

/** What the core is asked to tell, for this view. A wide round tells less often, so that watching stays cheap. */
export function tellingOf(
  kind: ViewKind,
  { stream, widths }: { stream: boolean; widths: Widths },
  stdout: NodeJS.WriteStream,
) {
  switch (kind) {
    case "live":
      return {
        stream: stream && stdout.isTTY === true,
        progressIntervalMs: Math.max(250, ...widths.map((width) => width / 2)),
      };
    case "json":
      return { stream, progressIntervalMs: 1000 };
    default:
      return {};
  }
}
