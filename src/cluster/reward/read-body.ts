import type { IncomingMessage } from "node:http";
import { Semaphore } from "../../core/semaphore.ts";
import { ApiError } from "../../server/errors/api-error.ts";

const PIECE = 1 << 20;

/** The client went away before its body was whole. */
export class ClientLeftError extends Error {
  override name = "ClientLeftError";
}

/**
 * Bodies of posts. A thousand responses of a megabyte at once would fill the memory: beyond `budgetBytes` further posts
 * wait, unread, in their sockets.
 */
export class BodyReader {
  readonly #maxBytes: number;
  readonly #pieces: Semaphore;
  readonly #mostPieces: number;

  constructor({ maxBytes, budgetBytes }: { maxBytes: number; budgetBytes: number }) {
    this.#maxBytes = maxBytes;
    this.#mostPieces = Math.max(1, Math.floor(budgetBytes / PIECE));
    this.#pieces = new Semaphore(this.#mostPieces);
  }

  /** `use` has the body's bytes; their place is given back when it returns, not when its promise does. */
  async read<T>(incoming: IncomingMessage, use: (body: Buffer) => T): Promise<Awaited<T>> {
    const declared = Number(incoming.headers["content-length"] ?? this.#maxBytes);
    if (declared > this.#maxBytes) throw tooLarge(this.#maxBytes);
    const encoding = incoming.headers["content-encoding"];
    if (encoding && encoding !== "identity")
      throw new ApiError(415, { message: `Bodies in ${encoding} are not read; send it plain.` });
    // Small ones are in the kernel's buffers anyway.
    const release = declared < PIECE ? undefined : await this.#reserve(declared);
    let result: T;
    try {
      result = use(await this.#bytes(incoming));
    } finally {
      release?.();
    }
    return await result;
  }

  /** One after the other, so that two large ones cannot wait for each other's half. */
  async #reserve(bytes: number): Promise<() => void> {
    const count = Math.min(this.#mostPieces, Math.ceil(bytes / PIECE));
    const turn = this.#turn.then(async () => {
      const releases: (() => void)[] = [];
      for (let i = 0; i < count; i++) releases.push(await this.#pieces.acquire(NEVER));
      return () => {
        for (const release of releases) release();
      };
    });
    this.#turn = turn;
    return await turn;
  }

  #turn: Promise<unknown> = Promise.resolve();

  #bytes(incoming: IncomingMessage): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (incoming.destroyed) return reject(new ClientLeftError());
      const chunks: Buffer[] = [];
      let length = 0;
      incoming.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length > this.#maxBytes) reject(tooLarge(this.#maxBytes));
        else chunks.push(chunk);
      });
      incoming.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
      incoming.on("close", () => incoming.complete || reject(new ClientLeftError()));
      incoming.on("error", () => reject(new ClientLeftError()));
    });
  }
}

const NEVER = new AbortController().signal;

const tooLarge = (maxBytes: number) =>
  new ApiError(413, {
    message: `The body is larger than the ${maxBytes} bytes allowed here; raise --max-body.`,
    code: "request_too_large",
  });
