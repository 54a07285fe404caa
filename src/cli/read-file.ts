import { readFile } from "node:fs/promises";
import { messageOf } from "../core/attempt.ts";
import { InputError } from "./input-error.ts";

const REASONS: Record<string, string> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is not a directory",
};

/** A file's bytes. @throws {InputError} naming the option and the path. */
export async function readBytes(path: string, option: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    const reason = REASONS[code] ?? messageOf(cause);
    throw new InputError(`${option}: cannot read ${path}: ${reason}.`, { cause });
  }
}

/** A file's text, byte for byte. @throws {InputError} if it is not UTF-8: half a prompt is worse than none. */
export async function readText(path: string, option: string): Promise<string> {
  return decodeText(await readBytes(path, option), `${option}: ${path}`);
}

export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(`${what} is not UTF-8 text.`, { cause });
  }
}

/** A JSON file's value. @throws {InputError} */
export async function readJson(path: string, option: string): Promise<unknown> {
  const text = await readText(path, option);
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (cause) {
    throw new InputError(`${option}: ${path} is not valid JSON (${messageOf(cause)}).`, { cause });
  }
}
