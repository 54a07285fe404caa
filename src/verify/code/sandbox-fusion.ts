import { z } from "zod";
import { withDriver } from "./drivers.ts";
import type { Limits } from "./limits.ts";
import { askRemote, notUnderstood, type RemoteOptions } from "./remote.ts";
import type { CodeRunner, Run } from "./runner.ts";
import { SandboxError } from "./sandbox-errors.ts";
import type { End } from "./supervise.ts";

const LANGUAGES = { python: "python", cpp: "cpp", javascript: "nodejs" } as const;
const COMPILE_MS = 60_000;

const commandResult = z.object({
  status: z.enum(["Finished", "Error", "TimeLimitExceeded"]),
  return_code: z.number().nullish(),
  stdout: z.string().nullish(),
  stderr: z.string().nullish(),
});

const answerSchema = z.object({
  status: z.enum(["Success", "Failed", "SandboxError"]),
  message: z.string().nullish(),
  compile_result: commandResult.nullish(),
  run_result: commandResult.nullish(),
});

/**
 * Runs programs at a SandboxFusion service (`POST /run_code`), which compiles anew for every test.
 * Source: https://github.com/bytedance/SandboxFusion
 */
export function sandboxFusion(options: RemoteOptions): CodeRunner {
  return {
    name: "SandboxFusion",
    takesFiles: false,
    async compile(program) {
      if (program.files) throw new SandboxError("Programs of several files are not sent to SandboxFusion.");
      const code = withDriver(program);
      const language = LANGUAGES[program.language];
      return {
        run({ stdin, limits, signal }) {
          const body = {
            code,
            language,
            stdin,
            compile_timeout: COMPILE_MS / 1000,
            run_timeout: limits.wallMs / 1000,
            memory_limit_MB: Math.ceil(limits.memoryBytes / 2 ** 20),
            files: {},
          };
          const call = { path: "run_code", body, timeMs: limits.wallMs + COMPILE_MS, signal };
          return askRemote(options, call, (answer) => readRun(answer, limits));
        },
      };
    },
    close: async () => {},
  };
}

function readRun(answer: unknown, { outputBytes }: Limits): Run {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw notUnderstood("SandboxFusion", answer);
  const { status, message, compile_result: compile, run_result: run } = parsed.data;
  if (status === "SandboxError")
    throw new SandboxError(`SandboxFusion failed: ${message ?? "it does not say why"}.`);
  const result = run ?? compile;
  // Failed without a result: neither compiled nor run.
  if (!result || (compile?.status === "Error" && run)) throw notUnderstood("SandboxFusion", answer);
  const [stdout, stderr] = [result.stdout ?? "", result.stderr ?? message ?? ""];
  // Without a run it did not compile.
  const exitCode = result.return_code ?? (run ? 0 : 1);
  if (result.status === "Error" && result.return_code == null) throw notUnderstood("SandboxFusion", answer);
  const end: End =
    result.status === "TimeLimitExceeded"
      ? "wall"
      : Buffer.byteLength(stdout) > outputBytes
        ? "output"
        : "exited";
  return { end, exitCode: end === "exited" ? exitCode : null, stdout, stderr };
}
