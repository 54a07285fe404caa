import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { PacoreError } from "../../errors.ts";

/** The file of API keys cannot be used. */
export class KeysFileError extends PacoreError {
  override name = "KeysFileError";
}

const positive = z.number().positive();

const entry = z.strictObject({
  /** Shown in logs and metrics instead of the key. */
  id: z.string().regex(/^[\w.@-]{1,64}$/, "use letters, digits and . _ @ -"),
  /** SHA-256 of the key, in hex. Keys are random and long, so that a slow hash has nothing to protect. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/i, "is not a SHA-256 in hex"),
  /** Generated tokens per UTC day. */
  tokensPerDay: positive.int().optional(),
  /** In the currency of the prices that the server was started with. */
  moneyPerDay: positive.optional(),
  /** Requests at the same time. */
  concurrency: positive.int().optional(),
  requestsPerMinute: positive.int().optional(),
  /** Upstream ids this key may name; all levels of them. */
  models: z.array(z.string()).optional(),
  /** At most this wide, round by round: [32, 4] allows [16] and [32, 4], not [8, 8]; [] only plain calls. */
  maxWidths: z.array(positive.int()).optional(),
});

export type ApiKey = Omit<z.infer<typeof entry>, "sha256"> & { hash: Buffer };

const file = z.strictObject({ keys: z.array(entry).min(1) });

/** @throws {KeysFileError} naming the entry and the field at fault. */
export async function readKeysFile(path: string): Promise<ApiKey[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new KeysFileError(`The keys file ${path} cannot be read.`, { cause: error });
  }
  return parseKeys(text, path);
}

export function parseKeys(text: string, path: string): ApiKey[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new KeysFileError(`The keys file ${path} is not JSON; it holds {"keys": [{"id", "sha256", …}]}.`);
  }
  const parsed = file.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join(".") || "it";
    throw new KeysFileError(`The keys file ${path}: ${where}: ${issue?.message ?? "invalid"}.`);
  }
  const keys = parsed.data.keys.map(({ sha256, ...rest }) => ({ ...rest, hash: Buffer.from(sha256, "hex") }));
  const twice = keys.find(({ id }, i) => keys.findIndex((key) => key.id === id) < i);
  if (twice) throw new KeysFileError(`The keys file ${path} has the id ${twice.id} twice.`);
  return keys;
}

const hashOf = (secret: string): Buffer => createHash("sha256").update(secret).digest();

/** A new key and its line for the file; the key itself is shown this once. */
export function createKey(id: string): { secret: string; entry: { id: string; sha256: string } } {
  const secret = `pk-${randomBytes(24).toString("base64url")}`;
  return { secret, entry: { id, sha256: hashOf(secret).toString("hex") } };
}

/** The key that `secret` is. All entries are compared, each in constant time: neither which nor how far shows. */
export function findKey(keys: readonly ApiKey[], secret: string): ApiKey | undefined {
  const hash = hashOf(secret);
  let found: ApiKey | undefined;
  for (const key of keys) if (timingSafeEqual(key.hash, hash)) found = key;
  return found;
}
