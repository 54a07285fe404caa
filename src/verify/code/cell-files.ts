import { chmodSync, constants, copyFileSync, linkSync, openSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { STREAMS } from "./cell-shell.ts";
import { SandboxError } from "./sandbox-errors.ts";

/** A file for a job: its text or bytes, or where it is already. */
export type JobFile = string | Uint8Array | { path: string };

/** Puts a job's files, and what it reads from stdin, into a cell's folder. @throws {SandboxError} */
export function placeFiles(
  box: string,
  {
    files = {},
    stdin = "",
  }: { files?: Readonly<Record<string, JobFile>> | undefined; stdin?: string | Uint8Array | undefined },
): void {
  for (const [name, file] of Object.entries(files)) {
    if (!/^[\w.-]+$/.test(name) || name.startsWith("."))
      throw new SandboxError(`${name} is no name for a file.`);
    const target = join(box, name);
    if (typeof file === "string" || file instanceof Uint8Array) writeFileSync(target, file, { mode: 0o444 });
    else linkOrCopy(file.path, target);
  }
  writeFileSync(join(box, STREAMS.stdin), stdin, { mode: 0o444 });
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** What a program prints. */
export interface Outputs {
  stdout: Readable;
  stderr: Readable;
}

/**
 * The reading ends of a cell's pipes, which end with the last process that may write. To be read only once the program
 * has them open: before, they would end at once.
 */
export function openOutputs(box: string): Outputs {
  const open = (name: string) => {
    const path = join(box, name);
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    // Nor can they be read from within: who did would wait for ever.
    chmodSync(path, 0o222);
    return new Socket({ fd, readable: true, writable: false });
  };
  return { stdout: open(STREAMS.stdout), stderr: open(STREAMS.stderr) };
}
