import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { StreamFormat } from "./upstream-reply.ts";

/** The bytes of a stream of events, in the pieces in which they are to be written. */
export function streamPieces(events: readonly string[], format: StreamFormat = {}): Buffer[] {
  const { eol = "\n", comments = false, bom = false, done = true, pieceBytes, encoding } = format;
  const texts = events.flatMap((event) => {
    const framed = dataLines(event, format).join(eol) + eol + eol;
    return comments ? [`: keep-alive${eol}${eol}`, framed] : [framed];
  });
  if (done) texts.push(`${dataLines("[DONE]", format).join(eol)}${eol}${eol}`);
  if (bom) texts.unshift("\uFEFF");
  const pieces = texts.map((text) => Buffer.from(text));
  if (!pieceBytes && !encoding) return pieces;
  const bytes = encode(Buffer.concat(pieces), encoding);
  const size = pieceBytes ?? bytes.length;
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}

function dataLines(event: string, { space = true, multiline = false }: StreamFormat): string[] {
  const lines =
    multiline && event.startsWith("{") ? JSON.stringify(JSON.parse(event), null, 1).split("\n") : [event];
  return lines.map((line) => `data:${space ? " " : ""}${line}`);
}

function encode(bytes: Buffer, encoding: StreamFormat["encoding"]): Buffer {
  switch (encoding) {
    case "gzip":
      return gzipSync(bytes);
    case "br":
      return brotliCompressSync(bytes);
    case "deflate":
      return deflateSync(bytes);
    case "deflate-raw":
      return deflateRawSync(bytes);
    default:
      return bytes;
  }
}
