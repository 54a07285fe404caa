import { z } from "zod";
import { withDriver } from "./drivers.ts";
import type { Limits } from "./limits.ts";
import { askRemote, notUnderstood, type RemoteOptions } from "./remote.ts";
import type { CodeRunner, Run } from "./runner.ts";
import { SandboxError } from "./sandbox-errors.ts";
import type { End } from "./supervise.ts";

/** Its names, and file names that its runtimes accept. */
const LANGUAGES = {
  python: ["python", "main.py"],
  cpp: ["c++", "main.cpp"],
  javascript: ["javascript", "main.js"],
} as const;
const COMPILE_MS = 60_000;

const stage = z.object({
  stdout: z.string(),
  stderr: z.string(),
  code: z.number().nullish(),
  signal: z.string().nullish(),
  /** RE: exit code, SG: signal, TO: time, OL and EL: output, XX: its own failure. */
  status: z.string().nullish(),
  message: z.string().nullish(),
});

const answerSchema = z.object({ run: stage.nullish(), compile: stage.nullish() });

/**
 * Runs programs at a Piston service (`POST /api/v2/execute`), which compiles anew for every test. Its own limits must
 * allow the times asked for.
 * Source: https://github.com/engineer-man/piston
 */
export function piston(options: RemoteOptions): CodeRunner {
  return {
    name: "Piston",
    takesFiles: false,
    async compile(program) {
      if (program.files) throw new SandboxError("Programs of several files are not sent to Piston.");
      const [language, name] = LANGUAGES[program.language];
      const files = [{ name, content: withDriver(program) }];
      return {
        run({ stdin, limits, signal }) {
          const { wallMs, cpuMs, memoryBytes } = limits;
          const body = {
            language,
            version: "*",
            files,
            stdin,
            compile_timeout: COMPILE_MS,
            run_timeout: wallMs,
            run_cpu_time: cpuMs,
            run_memory_limit: memoryBytes,
          };
          const call = { path: "api/v2/execute", body, timeMs: wallMs + COMPILE_MS, signal };
          return askRemote(options, call, (answer) => readRun(answer, limits));
        },
      };
    },
    close: async () => {},
  };
}

function readRun(answer: unknown, limits: Limits): Run {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw notUnderstood("Piston", answer);
  const { compile, run } = parsed.data;
  const failed = compile && (compile.code !== 0 || compile.signal);
  const result = failed ? compile : run;
  if (!result) throw notUnderstood("Piston", answer);
  const { stdout, stderr, code, signal, status, message } = result;
  if (status === "XX") throw new SandboxError(`Piston failed: ${message ?? "it does not say why"}.`);
  const end = endOf(result, limits);
  const exitCode = end === "exited" ? (code ?? (signal ? 128 : 0)) : null;
  return { end, exitCode, stdout, stderr };
}

/** Before it told a status, a program that it stopped for time had a signal and nothing more. */
function endOf({ status, signal, stdout, message }: z.output<typeof stage>, { outputBytes }: Limits): End {
  if (status === "TO" || /time ?limit|timed? ?out/i.test(message ?? "")) return "wall";
  if (status === "OL" || status === "EL" || Buffer.byteLength(stdout) > outputBytes) return "output";
  return signal === "SIGKILL" && !status ? "wall" : "exited";
}
