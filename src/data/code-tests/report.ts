import type { Spent } from "../../core/caps.ts";
import { redact } from "../../core/redact.ts";
import type { Rejected } from "../rows.ts";
import type { CodeTestSettings } from "./settings.ts";
import { REJECTIONS, type Rejection, type Verdict } from "./verdict.ts";

/** What became of a data set. */
export interface CodeTestReport {
  /** Why the work ended: `done`, or what stopped it before. */
  end: "done" | "budget" | "interrupted";
  problems: number;
  kept: number;
  rejected: Partial<Record<Rejection, number>>;
  /** Without a verdict: failed, with the reason, or not begun. The next life goes on. */
  missing: { id: string; reason?: string }[];
  /** Lines that are no problem. */
  unreadable: Rejected[];
  /** Over all solutions of all problems whose tests were judged, and of those that are kept. */
  rates: { all: PooledRates; kept: PooledRates };
  /** Tests of kept problems by category, and bad solutions by the category that rejected them first. */
  tests: Record<string, number>;
  rejectedBy: Record<string, number>;
  /** Inputs of all rounds. */
  inputs: {
    asked: number;
    valid: number;
    faults: Record<string, number>;
    disagree: number;
    unanswered: number;
  };
  spent: Readonly<Spent>;
  money?: number;
  settings: CodeTestSettings;
  verdicts: Verdict[];
}

export interface PooledRates {
  problems: number;
  good: number;
  accepted: number;
  bad: number;
  rejected: number;
  tpr: number | null;
  tnr: number | null;
}

interface Life {
  settings: CodeTestSettings;
  rejected: Rejected[];
  spent: Readonly<Spent>;
  money: number | undefined;
  end: CodeTestReport["end"];
}

/** Verdicts, added up. */
export class ReportSums {
  readonly #verdicts: Verdict[] = [];
  readonly #missing: CodeTestReport["missing"] = [];

  add(verdict: Verdict): void {
    this.#verdicts.push(verdict);
  }

  missing(id: string, reason: string | undefined): void {
    this.#missing.push({ id, ...(reason !== undefined && { reason: redact(reason) }) });
  }

  get problems(): number {
    return this.#verdicts.length + this.#missing.length;
  }

  report({ settings, rejected: unreadable, spent, money, end }: Life): CodeTestReport {
    const verdicts = this.#verdicts;
    const kept = verdicts.filter((one) => one.kept);
    return {
      end,
      problems: this.problems,
      kept: kept.length,
      rejected: sumOf(verdicts, ({ reason }) => (reason ? { [reason]: 1 } : {})),
      missing: this.#missing,
      unreadable,
      rates: { all: pooled(verdicts.filter(({ tpr }) => tpr !== null)), kept: pooled(kept) },
      tests: sumOf(kept, ({ inputs }) => inputs.tests),
      rejectedBy: sumOf(verdicts, ({ bad }) => bad.by),
      inputs: {
        asked: total(verdicts, ({ inputs }) => inputs.asked),
        valid: total(verdicts, ({ inputs }) => inputs.valid),
        faults: sumOf(verdicts, ({ inputs }) => inputs.faults),
        disagree: total(verdicts, ({ inputs }) => inputs.disagree),
        unanswered: total(verdicts, ({ inputs }) => inputs.unanswered),
      },
      spent: { ...spent },
      ...(money !== undefined && { money }),
      settings,
      verdicts,
    };
  }
}

const total = (verdicts: readonly Verdict[], of: (verdict: Verdict) => number): number =>
  verdicts.reduce((sum, verdict) => sum + of(verdict), 0);

function sumOf(
  verdicts: readonly Verdict[],
  of: (verdict: Verdict) => Partial<Record<string, number>>,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const verdict of verdicts)
    for (const [name, count = 0] of Object.entries(of(verdict))) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function pooled(verdicts: readonly Verdict[]): PooledRates {
  const good = total(verdicts, (one) => one.good.used);
  const bad = total(verdicts, (one) => one.bad.used);
  const accepted = total(verdicts, (one) => one.good.accepted);
  const rejected = total(verdicts, (one) => one.bad.rejected);
  return {
    problems: verdicts.length,
    good,
    accepted,
    bad,
    rejected,
    tpr: good > 0 ? accepted / good : null,
    tnr: bad > 0 ? rejected / bad : null,
  };
}

const share = (value: number | null): string => (value === null ? "-" : `${(100 * value).toFixed(1)}%`);
const counts = (of: Record<string, number>): string =>
  Object.entries(of)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ") || "none";

/** The report for people, a line a problem at its end. */
export function reportText(report: CodeTestReport): string {
  const { problems, kept, rejected, missing, rates, tests, inputs, rejectedBy, spent, money } = report;
  const lines = [
    `${kept} of ${problems} problems kept`,
    ...REJECTIONS.filter((reason) => rejected[reason]).map((reason) => `  ${rejected[reason]} ${reason}`),
    ...(missing.length > 0 ? [`  ${missing.length} without a verdict`] : []),
    ratesLine("judged", rates.all),
    ratesLine("kept", rates.kept),
    `bad solutions rejected first by: ${counts(rejectedBy)}`,
    `tests of kept problems: ${counts(tests)}`,
    `inputs: ${inputs.valid} of ${inputs.asked} valid; ${counts(inputs.faults)}; good solutions disagree on ${inputs.disagree}, give no answer to ${inputs.unanswered}`,
    `${spent.calls} calls, ${spent.input} tokens read, ${spent.output} generated${money === undefined ? "" : `, money ${money.toPrecision(3)}`}`,
    "",
    ...report.verdicts.map(verdictLine),
    ...missing.map(({ id, reason }) => `?     ${id}: ${reason ?? "not finished"}`),
  ];
  return `${lines.join("\n")}\n`;
}

const ratesLine = (
  name: string,
  { problems, good, accepted, bad, rejected, tpr, tnr }: PooledRates,
): string =>
  `${name}: ${problems} problems; good solutions accepted ${accepted} of ${good} (TPR ${share(tpr)}), bad rejected ${rejected} of ${bad} (TNR ${share(tnr)})`;

function verdictLine({ id, kept, reason, detail, tpr, tnr }: Verdict): string {
  const measured = tpr === null ? "" : ` TPR ${share(tpr)}, TNR ${share(tnr)};`;
  return `${kept ? "kept " : "      "}${id}:${measured} ${reason ? `${reason}: ` : ""}${detail.replace(/\s*\n\s*/g, "; ")}`;
}
