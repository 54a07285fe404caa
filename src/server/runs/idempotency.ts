import { createHash } from "node:crypto";
import { ApiError, badRequest } from "../errors/api-error.ts";
import type { SharedRun } from "./shared-run.ts";

/** How long a finished run is kept for a retry that comes late. */
const KEEP_MS = 10 * 60_000;
const MOST_ENTRIES = 1000;
/** Of finished answers, all together. */
const MOST_KEPT_CHARACTERS = 64 * 1024 * 1024;
const MOST_CHARACTERS = 128;

interface Entry {
  bodyHash: string;
  run: SharedRun<string>;
  endedAt: number | undefined;
  /** Characters of its answer. */
  size: number;
}

/** Runs by the Idempotency-Key of the request that started them: a retry joins instead of paying again. */
export class IdempotentRuns {
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  /**
   * The run of this key, or a new one.
   * @throws ApiError 400 when the key was used for something else.
   */
  join(
    {
      keyId,
      path,
      idempotencyKey,
      body,
    }: { keyId: string; path: string; idempotencyKey: string; body: Buffer },
    start: () => SharedRun<string>,
  ): SharedRun<string> {
    this.#forget();
    const id = JSON.stringify([keyId, path, idempotencyKey]);
    const bodyHash = createHash("sha256").update(body).digest("hex");
    const known = this.#entries.get(id);
    if (known) {
      if (known.bodyHash === bodyHash) return known.run;
      throw reusedKey();
    }
    const run = start();
    const entry: Entry = { bodyHash, run, endedAt: undefined, size: 0 };
    this.#entries.set(id, entry);
    void run.settled.then(() => {
      entry.endedAt = Date.now();
      entry.size = run.kept.reduce((sum, text) => sum + text.length, 0);
      // Failed, or cancelled because nobody waited: a retry that comes then starts anew.
      if (run.failed && this.#entries.get(id) === entry) this.#entries.delete(id);
    });
    return run;
  }

  /** The oldest first, as they were put in. */
  #forget(): void {
    const old = Date.now() - KEEP_MS;
    let kept = [...this.#entries.values()].reduce((sum, { size }) => sum + size, 0);
    for (const [id, { endedAt, size }] of this.#entries) {
      const full = this.#entries.size >= MOST_ENTRIES || kept > MOST_KEPT_CHARACTERS;
      if (endedAt === undefined || (endedAt >= old && !full)) continue;
      this.#entries.delete(id);
      kept -= size;
    }
  }
}

/** The header, checked. @throws ApiError 400 */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || (/^[\x21-\x7e]+$/.test(header) && header.length <= MOST_CHARACTERS))
    return header;
  throw badRequest(
    `An Idempotency-Key has 1 to ${MOST_CHARACTERS} visible ASCII characters.`,
    "Idempotency-Key",
  );
}

export function reusedKey(): ApiError {
  return new ApiError(409, {
    message: "This Idempotency-Key was used with another request; use a new one.",
    param: "Idempotency-Key",
    code: "idempotency_key_reused",
    retry: false,
  });
}
