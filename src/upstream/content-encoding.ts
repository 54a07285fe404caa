import type { Transform } from "node:stream";
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from "node:zlib";

interface DecodedSink {
  onData(chunk: Buffer): void;
  onEnd(): void;
  onError(error: Error): void;
}

/**
 * Undoes a content-encoding. We ask for `identity`, since a compressed stream of small events costs more than
 * it saves; proxies compress all the same.
 */
export class ResponseDecoder {
  readonly #encoding: string;
  readonly #sink: DecodedSink;
  #stream: Transform | undefined;

  constructor(encoding: string, sink: DecodedSink) {
    this.#encoding = encoding.trim().toLowerCase();
    this.#sink = sink;
  }

  write(chunk: Buffer): void {
    this.#stream ??= this.#open(chunk);
    this.#stream?.write(chunk);
  }

  end(): void {
    if (this.#stream) this.#stream.end();
    else this.#sink.onEnd();
  }

  destroy(): void {
    this.#stream?.destroy();
  }

  #open(first: Buffer): Transform | undefined {
    const stream = createDecoder(this.#encoding, first);
    if (!stream) {
      this.#sink.onError(new Error(`The content-encoding "${this.#encoding}" is not supported.`));
      return undefined;
    }
    stream.on("data", (chunk: Buffer) => this.#sink.onData(chunk));
    stream.on("end", () => this.#sink.onEnd());
    stream.on("error", (error) => this.#sink.onError(error));
    return stream;
  }
}

function createDecoder(encoding: string, first: Buffer): Transform | undefined {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return createGunzip({ flush: constants.Z_SYNC_FLUSH });
    case "br":
      return createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH });
    case "zstd":
      return createZstdDecompress();
    case "deflate":
      // The standard means zlib's format, many servers send the bare one; its first byte tells them apart.
      return ((first[0] ?? 0) & 0x0f) === 8
        ? createInflate({ flush: constants.Z_SYNC_FLUSH })
        : createInflateRaw({ flush: constants.Z_SYNC_FLUSH });
    default:
      return undefined;
  }
}
