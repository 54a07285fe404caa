import { Argument, Command, Option } from "commander";

const HELP = `
Examples:
  $ pacore export --format gguf --out pacore.gguf
      the model that ships, for llama.cpp
  $ pacore export runs/train/best --format hf --out exported
      a checkpoint, for transformers and vLLM; embedded:exported names it, too

docs/export.md says how to load them, and what was checked.`;

/** `pacore export`; what it does is loaded when it runs. */
export function exportCommand(): Command {
  return new Command("export")
    .summary("write a policy for transformers, vLLM or llama.cpp")
    .description("Write a policy in the format of other programs, with its tokenizer and chat template.")
    .addArgument(
      new Argument("[directory]", "config.json, model.safetensors, vocabulary.json; default: what ships"),
    )
    .addOption(
      new Option("--format <name>", "hf: a Hugging Face directory; gguf: one file")
        .choices(["hf", "gguf"])
        .makeOptionMandatory(),
    )
    .requiredOption("--out <path>", "a directory for hf, a file for gguf")
    .addHelpText("after", HELP)
    .action(async (directory, flags) => {
      process.exitCode = await (await import("./run-export.ts")).runExport(directory, flags);
    });
}
