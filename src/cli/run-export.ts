import { stat } from "node:fs/promises";
import { join } from "node:path";
import { loadPretrained } from "../embedded/pretrained.ts";
import { parameterCount } from "../embedded/weights.ts";
import { exportGguf, exportHuggingFace } from "../train/export/index.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";
import { shortCount } from "./view/figures.ts";

export interface ExportFlags {
  format: "hf" | "gguf";
  out: string;
}

/** `pacore export`: says what it wrote. */
export async function runExport(
  directory: string | undefined,
  { format, out }: ExportFlags,
): Promise<ExitCode> {
  // A model reference is understood, too.
  const model = await loadPretrained(directory?.replace(/^embedded:/, ""));
  await checkOut(out, format);
  let written = [out];
  if (format === "gguf") await exportGguf(model, out);
  else written = await exportHuggingFace(model, out);
  process.stdout.write(`${shortCount(parameterCount(model.config))} parameters, written to:\n`);
  for (const path of written) process.stdout.write(`  ${path}\n`);
  return EXIT.answered;
}

/** @throws {InputError} if there is a file where a directory goes, or the other way round. */
async function checkOut(out: string, format: ExportFlags["format"]): Promise<void> {
  const there = await stat(out).catch(() => undefined);
  if (format === "gguf" && (there?.isDirectory() || out.endsWith("/"))) {
    throw new InputError(`--out: ${out} is a directory; name a file, such as ${join(out, "model.gguf")}.`);
  }
  if (format === "hf" && there && !there.isDirectory()) {
    throw new InputError(`--out: ${out} is a file; the Hugging Face layout needs a directory.`);
  }
}
