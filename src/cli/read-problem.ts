import { text as streamText } from "node:stream/consumers";
import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { InputError } from "./input-error.ts";
import { readText } from "./read-file.ts";

export interface ProblemFlags {
  problemFile?: string;
  system?: string;
  history?: string;
  images?: readonly string[];
  /** Seed of a sample problem; true: the default one. */
  sample?: number | true;
}

export interface Problem {
  prompt: LanguageModelV4Prompt;
  /** Set if it is a sample of the embedded model's domain: its answer can be checked. */
  sample?: { seed: number; problem: string };
}

/**
 * The prompt from everything that may name it: argument, `-` or a pipe, a file, a history.
 * @throws {InputError} if there is none, or several.
 */
export async function readProblem(
  argument: string | undefined,
  flags: ProblemFlags,
  stdin: NodeJS.ReadStream,
): Promise<Problem> {
  const sample = await sampleOf(flags.sample);
  const given = [argument, flags.problemFile, sample].filter((source) => source !== undefined);
  if (given.length > 1) {
    throw new InputError("Give the problem once: as an argument, with --problem-file, or with --sample.");
  }
  const text = sample?.problem ?? (await textOf(argument, flags, stdin));
  if (text !== undefined && text.trim() === "") {
    throw new InputError('The problem is empty; write it after `pacore solve`, as in: pacore solve "2 + 2?"');
  }
  const history = flags.history ? await (await import("./read-history.ts")).readHistory(flags.history) : [];
  const prompt: LanguageModelV4Prompt = [
    ...(flags.system ? [{ role: "system" as const, content: flags.system }] : []),
    ...history,
    ...(text === undefined ? [] : [await userTurn(text, flags.images ?? [])]),
  ];
  if (text === undefined && flags.images?.length)
    throw new InputError("--images needs a problem to belong to.");
  return { prompt, ...(sample && { sample }) };
}

async function sampleOf(sample: number | true | undefined) {
  if (sample === undefined) return undefined;
  const seed = sample === true ? 0 : sample;
  const { sampleProblem } = await import("../embedded/worklist.ts");
  return { seed, problem: sampleProblem(seed) };
}

async function textOf(argument: string | undefined, flags: ProblemFlags, stdin: NodeJS.ReadStream) {
  if (flags.problemFile) return readText(flags.problemFile, "--problem-file");
  if (argument !== undefined && argument !== "-") return argument;
  // A history's last turn may be the problem itself; then nothing is to be waited for.
  if (argument === undefined && flags.history) return undefined;
  if (argument === undefined && stdin.isTTY) {
    throw new InputError(
      'There is no problem; write it after `pacore solve`, as in: pacore solve "2 + 2?", or try --sample.',
    );
  }
  return streamText(stdin);
}

async function userTurn(text: string, images: readonly string[]): Promise<LanguageModelV4Message> {
  const { readImage } = await import("./read-image.ts");
  const files = await Promise.all(images.map((path) => readImage(path)));
  return { role: "user", content: [{ type: "text", text }, ...files] };
}
