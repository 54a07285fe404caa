import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Write a file, all at once or piece by piece, so that a reader, or the next run after a crash, sees the old one
 * or the new one, whole.
 */
export async function writeAtomically(
  path: string,
  bytes: Uint8Array | string | Iterable<Uint8Array>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.tmp`;
  const file = await open(temporary, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
