import { z } from "zod";
import { compileTemplate, renderSynthesis } from "../core/synthesis.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";
import { readJson, readText } from "./read-file.ts";

export interface PromptFlags {
  problemFile: string;
  messagesFile: string;
  template?: string;
}

/** `pacore prompt`: P(x, M) to the byte, without a line end of ours. */
export async function promptCommand({ problemFile, messagesFile, template }: PromptFlags): Promise<ExitCode> {
  const problem = await readText(problemFile, "--problem-file");
  const messages = readMessages(await readJson(messagesFile, "--messages-file"), messagesFile);
  const render =
    template === undefined ? renderSynthesis : compileTemplate(await readText(template, "--template"));
  process.stdout.write(render(problem, messages));
  return EXIT.answered;
}

function readMessages(value: unknown, path: string): string[] {
  const parsed = z.array(z.string()).safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError(`--messages-file: ${path} must be a JSON array of strings, such as ["m1", "m2"].`);
}
