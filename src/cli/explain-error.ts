import { BudgetTooSmallError } from "../core/budget.ts";
import { ContextOverflowError } from "../core/context.ts";
import { NoProblemError } from "../core/prompt-slot.ts";
import { redact } from "../core/redact.ts";
import { ModelDirectoryError } from "../embedded/errors.ts";
import { InvalidOptionError, PacoreError } from "../errors.ts";
import { JournalError } from "../journal/errors.ts";
import { ModelReferenceError } from "../upstream/errors.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";
import { InterruptedError } from "./interrupt.ts";

/** What the user can put right by typing something else. */
function isBadInput(error: unknown): boolean {
  // A run id that stands for something else, or a journal that is not there.
  if (error instanceof JournalError)
    return error.fault === "missing" || error.name === "JournalMismatchError";
  return BAD_INPUT.some((kind) => error instanceof kind);
}

const BAD_INPUT = [
  InputError,
  InvalidOptionError,
  ModelReferenceError,
  ModelDirectoryError,
  NoProblemError,
  BudgetTooSmallError,
  ContextOverflowError,
];

export interface Explained {
  /** One line, without keys. */
  message: string;
  code: ExitCode;
}

/** An error as the user needs it: what is wrong, what to do, and the exit code. */
export function explainError(error: unknown): Explained {
  const failed = isBadInput(error) ? EXIT.badInput : EXIT.failed;
  const code = error instanceof InterruptedError ? error.code : failed;
  return { message: redact(textOf(error).replace(/\s*\n\s*/g, " "), 1000), code };
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (FULL.has((error as NodeJS.ErrnoException).code ?? ""))
    return `The disk is full (${error.message}); make room and run the command again.`;
  const without =
    error instanceof JournalError && DISK_FAULTS.has(error.fault)
      ? " A command that has --no-journal can do without."
      : "";
  const text = (error.message || error.name) + without;
  return error instanceof PacoreError ? text.replace(OPTION_NAMES, (name) => FLAGS[name] ?? name) : text;
}

const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** A run does not need a journal: it can do without where there is no place for one. */
const DISK_FAULTS: ReadonlySet<string> = new Set(["read-only", "full", "io"]);

/** The core names options as its interface does; here they are flags. */
const FLAGS: Record<string, string> = {
  "adaptive.share": "--adaptive",
  budgetMoney: "--budget-money",
  budgetTokens: "--budget-tokens",
  callTimeoutMs: "--call-timeout",
  contextPolicy: "--context-policy",
  contextWindow: "--context-window",
  deadlineMs: "--deadline",
  maxDisagree: "--max-disagree",
  maxInputBytes: "--max-input-bytes",
  maxOutputBytes: "--max-output-bytes",
  maxOutputTokens: "--max-tokens",
  maxRetries: "--max-retries",
  maxTestBytes: "--max-test-bytes",
  minBad: "--min-bad",
  minMessages: "--min-messages",
  minTests: "--min-tests",
  minTnr: "--min-tnr",
  minTpr: "--min-tpr",
  mostBad: "--most-bad",
  mostGood: "--most-good",
  runId: "--run-id",
};

const OPTION_NAMES = new RegExp(`(?<![\\w-])(${Object.keys(FLAGS).join("|").replace(".", "\\.")})\\b`, "g");

/** The same for programs that read along. */
export function errorRecord(error: unknown): {
  type: string;
  name: string;
  message: string;
  exitCode: ExitCode;
} {
  const { message, code } = explainError(error);
  const type = error instanceof InterruptedError ? "interrupted" : "error";
  return { type, name: error instanceof Error ? error.name : "Error", message, exitCode: code };
}

/** One line on stderr, or all there is to know with `PACORE_DEBUG=1`. */
export function reportError(error: unknown): ExitCode {
  const { message, code } = explainError(error);
  process.stderr.write(`pacore: ${message}\n`);
  if (process.env.PACORE_DEBUG === "1") process.stderr.write(`${redact(debugText(error), 20_000)}\n`);
  return code;
}

function debugText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  return error.cause === undefined ? stack : `${stack}\ncaused by: ${debugText(error.cause)}`;
}
