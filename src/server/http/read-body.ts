import { ApiError, badRequest } from "../errors/api-error.ts";
import { ReaderLeftError } from "../runs/leaving.ts";
import { bodyOf, headerOf, type RequestContext } from "./client.ts";

/** Deeper than any schema of tools, shallower than the stack. */
const MAX_DEPTH = 128;

/** The body's bytes, read only as far as they are allowed to go. */
export async function readBytes(c: RequestContext, maxBytes: number): Promise<Buffer> {
  if (Number(headerOf(c, "content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const encoding = headerOf(c, "content-encoding");
  if (encoding && encoding !== "identity") {
    throw new ApiError(415, {
      message: `Bodies with content-encoding ${encoding} are not read; send it plain.`,
    });
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of bodyOf(c)) {
      length += chunk.byteLength;
      if (length > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    // The connection broke, or what came was no HTTP: not the server's failure.
    throw error instanceof ApiError ? error : new ReaderLeftError();
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError(413, {
    message: `The request body is larger than the ${maxBytes} bytes allowed here.`,
    code: "request_too_large",
  });
}

export type JsonObject = Record<string, unknown>;

/** @throws ApiError 400 unless the bytes are one JSON object, in UTF-8, of sane depth. */
export function parseObject(bytes: Buffer): JsonObject {
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest("We could not parse the JSON body of your request.", undefined, "invalid_json");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badRequest("The request body must be a JSON object.", undefined, "invalid_json");
  }
  if (tooDeep(text)) throw badRequest("The request body is nested too deeply.", undefined, "invalid_json");
  return value as JsonObject;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badRequest("The request body is not valid UTF-8.", undefined, "invalid_json");
  }
}

/** By brackets outside of strings; the text is known to be JSON. */
function tooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) {
      i = endOfString(text, i);
    } else if (code === 91 || code === 123) {
      if (++depth > MAX_DEPTH) return true;
    } else if (code === 93 || code === 125) depth--;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at > 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}
