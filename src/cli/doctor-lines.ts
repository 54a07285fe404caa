import type { Finding } from "../upstream/index.ts";
import type { Paint } from "./view/paint.ts";
import { oneLine } from "./view/text.ts";

const MARKS: Record<Finding["status"], { mark: string; style: Parameters<Paint>[0] }> = {
  ok: { mark: "ok  ", style: "green" },
  warn: { mark: "warn", style: "yellow" },
  fail: { mark: "FAIL", style: "red" },
  skip: { mark: "skip", style: "dim" },
};

const CHECK_COLUMNS = 13;

/** What one check found, and below it what to change. */
export function findingLines({ check, status, detail, advice, endpoint }: Finding, paint: Paint): string[] {
  const { mark, style } = MARKS[status];
  const where = endpoint === undefined ? "" : `${endpoint}: `;
  const head = `${paint(style, mark)}  ${check.padEnd(CHECK_COLUMNS)} ${oneLine(where + detail)}`;
  return advice === undefined ? [head] : [head, `${" ".repeat(CHECK_COLUMNS + 7)}→ ${oneLine(advice)}`];
}

/** "9 ok, 1 warning, 0 failed" */
export function summaryLine(findings: readonly Finding[]): string {
  const count = (wanted: Finding["status"]) => findings.filter(({ status }) => status === wanted).length;
  const warnings = count("warn");
  return `${count("ok")} ok, ${warnings} ${warnings === 1 ? "warning" : "warnings"}, ${count("fail")} failed`;
}
