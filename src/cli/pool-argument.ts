import { stat } from "node:fs/promises";
import { InputError } from "./input-error.ts";

/** The path of a pool that is there. @throws {InputError} */
export async function existingPool(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return path;
  throw new InputError(`${path} is no file; name a pool, as pacore pool build writes it.`);
}
