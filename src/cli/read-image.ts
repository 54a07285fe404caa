import type { LanguageModelV4FilePart } from "@ai-sdk/provider";
import { InputError } from "./input-error.ts";
import { readBytes } from "./read-file.ts";

/** First bytes of the kinds that models take; a file's name is no proof. */
const SIGNATURES: readonly [mediaType: string, test: (bytes: Buffer) => boolean][] = [
  ["image/png", (b) => b.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))],
  ["image/jpeg", (b) => b.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ["image/gif", (b) => b.subarray(0, 4).toString("latin1") === "GIF8"],
  [
    "image/webp",
    (b) => b.subarray(0, 4).toString("latin1") === "RIFF" && b.subarray(8, 12).toString("latin1") === "WEBP",
  ],
  ["application/pdf", (b) => b.subarray(0, 5).toString("latin1") === "%PDF-"],
];

/** An image, or a PDF, as a part of the problem's turn; base64, so that the journal holds it as it is. */
export async function readImage(path: string): Promise<LanguageModelV4FilePart> {
  if (/^https?:\/\//i.test(path)) {
    return { type: "file", mediaType: "image/*", data: { type: "url", url: new URL(path) } };
  }
  const bytes = await readBytes(path, "--images");
  const mediaType = SIGNATURES.find(([, test]) => test(bytes))?.[0];
  if (!mediaType) {
    throw new InputError(`--images: ${path} is neither PNG, JPEG, GIF, WebP nor PDF.`);
  }
  return { type: "file", mediaType, data: { type: "data", data: bytes.toString("base64") } };
}
