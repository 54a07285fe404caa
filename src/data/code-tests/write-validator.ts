import type { Program } from "../../verify/code/program.ts";
import type { Bench } from "./bench.ts";
import type { KnownTest } from "./code-source.ts";
import { type Ask, Conversation } from "./conversation.ts";
import { repairPrompt, validatorPrompt } from "./prompts.ts";
import { type CodeTestSettings, toolLimits } from "./settings.ts";

/** A program that a model wrote, or why there is none. */
export type Written = { program: Program; answers: number } | { fault: string; answers: number };

/** Known inputs that a validator is tried on; more teach little. */
const MOST_TRIED = 20;
const SHOWN = 2000;

/** Ask for a validator until it accepts the inputs that came with the problem, and refuses what is no input. */
export async function writeValidator(
  ask: Ask,
  {
    problem,
    known,
    bench,
    settings,
  }: { problem: string; known: readonly KnownTest[]; bench: Bench; settings: CodeTestSettings },
): Promise<Written> {
  const conversation = new Conversation(ask, "validator", validatorPrompt(problem));
  let faults: string[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    const { program } = await conversation.ask(
      faults.length > 0 ? repairPrompt("validator", faults) : undefined,
    );
    faults = program
      ? await faultsOf(program, known, bench)
      : ["there is no whole program in a fenced block"];
    if (program && faults.length === 0) return { program, answers: conversation.answers };
  }
  return { fault: faults[0] as string, answers: conversation.answers };
}

/** Whether an input is valid; a validator that is stopped has decided nothing, and counts as refusing. */
export async function refusal(validator: Program, input: string, bench: Bench): Promise<string | undefined> {
  const printed = await bench.print(validator, input, toolLimits(0));
  return "fault" in printed ? printed.fault : undefined;
}

async function faultsOf(validator: Program, known: readonly KnownTest[], bench: Bench): Promise<string[]> {
  const tried = known.slice(0, MOST_TRIED).map(({ input }) => input);
  const refusals = await Promise.all(tried.map((input) => refusal(validator, input, bench)));
  const refused = refusals.filter((one) => one !== undefined).length;
  const at = refusals.findIndex((one) => one !== undefined);
  if (at >= 0) {
    const input = tried[at] as string;
    return [
      `it refuses ${refused} of ${tried.length} inputs that are valid for certain; one of them, with its message ${JSON.stringify(refusals[at])}: ${JSON.stringify(input.slice(0, SHOWN))}${input.length > SHOWN ? " (cut)" : ""}`,
    ];
  }
  const spoiled = spoiledOf(tried[0]);
  const caught = await Promise.all(spoiled.map((input) => refusal(validator, input, bench)));
  return caught.some((one) => one !== undefined)
    ? []
    : [`it accepts everything: ${spoiled.map((input) => JSON.stringify(input.slice(0, 200))).join(", ")}`];
}

/** What is no input of nearly any problem; a validator that takes all of it validates nothing. */
function spoiledOf(input = ""): string[] {
  const words = input.trim().split(/\s+/).filter(Boolean);
  const half = words.slice(0, Math.floor(words.length / 2)).join("\n");
  return [...new Set(["", "@#\n", half, `${input.trimEnd()}\n@# -1\n`])];
}
