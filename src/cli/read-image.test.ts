import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readImage } from "./read-image.ts";

async function file(bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pacore-image-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "picture.txt");
  await writeFile(path, bytes);
  return path;
}

test("a picture's kind is read from its bytes, not from its name", async () => {
  const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const part = await readImage(await file(bytes));
  expect(part).toEqual({
    type: "file",
    mediaType: "image/png",
    data: { type: "data", data: bytes.toString("base64") },
  });
});

test("a text is not a picture", async () => {
  await expect(readImage(await file(Buffer.from("hello")))).rejects.toThrow(/neither PNG/);
});

test("a file that does not exist is named", async () => {
  await expect(readImage("/no/such.png")).rejects.toThrow(
    "--images: cannot read /no/such.png: there is no such file.",
  );
});
