import { once } from "node:events";
import { styleText } from "node:util";
import type { Paint } from "./view/paint.ts";

type Output = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

/** Where a command writes; `process` will do. */
export interface RunsIo {
  stdout: Output;
  stderr: Output;
}

/** Columns of a terminal; a file or a pipe takes lines as long as they are. */
export function columnsOf({ isTTY, columns = 80 }: Output): number {
  return isTTY ? columns : Number.POSITIVE_INFINITY;
}

/** As the stream and `NO_COLOR` want it. */
export function paintOn(stdout: Output): Paint {
  // A stream that only looks like one in its type (a test's) is no terminal.
  return (style, text) => styleText(style, text, { stream: stdout as NodeJS.WriteStream });
}

/** Lines as fast as the reader takes them: a run can be larger than the memory. */
export async function writeLines(stdout: Output, lines: Iterable<string>): Promise<void> {
  for (const line of lines) {
    if (!stdout.write(`${line}\n`)) await once(stdout, "drain");
  }
}
