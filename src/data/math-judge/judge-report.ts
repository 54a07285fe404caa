import type { Spent } from "../../core/caps.ts";
import { type Classification, classify, type Interval } from "./classification.ts";
import type { Judged } from "./judge-problems.ts";

/** What a judge said of a data set, and how right it was where people have said it, too. */
export interface JudgeReport {
  end: "done" | "budget" | "interrupted";
  votes: number;
  agree: number;
  problems: number;
  kept: number;
  dropped: { byRule: Record<string, number>; byVote: number };
  undecided: { id: string; detail: string }[];
  cast: { fit: number; unfit: number; unparsable: number };
  /** Problems by their number of votes for, from 0; those alone that were asked about and decided. */
  agreement: number[];
  /** Positive: fit. Undecided problems are in none of it. */
  measured?: Measured;
  spent: Readonly<Spent>;
  money?: number;
}

export interface Measured {
  labelled: number;
  /** Rules alone: what they let pass is taken for fit. Absent without rules. */
  rules?: Classification;
  /** Kept at `agree` votes and more, after the rules, for each threshold from 1. */
  thresholds: ({ agree: number } & Classification)[];
}

interface Life {
  votes: number;
  agree: number;
  spent: Readonly<Spent>;
  money: number | undefined;
  end: JudgeReport["end"];
}

/** Of a labelled problem: what its figures are made of. */
interface Labelled {
  actual: boolean;
  ruledOut: boolean;
  inFavour: number;
}

/** Judgements, added up. Holds a few numbers a problem. */
export class JudgeSums {
  ended = 0;
  kept = 0;
  readonly #byRule: Record<string, number> = {};
  #byVote = 0;
  readonly #undecided: JudgeReport["undecided"] = [];
  readonly #cast = { fit: 0, unfit: 0, unparsable: 0 };
  readonly #agreement: number[] = [];
  readonly #labelled: Labelled[] = [];

  add({ id, kept, rule, votes, detail = "", label }: Judged): void {
    this.ended++;
    for (const vote of votes) this.#cast[vote]++;
    const inFavour = votes.filter((vote) => vote === "fit").length;
    if (kept === null) {
      this.#undecided.push({ id, detail });
      return;
    }
    if (kept) this.kept++;
    else if (rule === undefined) this.#byVote++;
    else this.#byRule[nameOf(rule)] = (this.#byRule[nameOf(rule)] ?? 0) + 1;
    if (rule === undefined) this.#agreement[inFavour] = (this.#agreement[inFavour] ?? 0) + 1;
    if (label !== undefined) this.#labelled.push({ actual: label, ruledOut: rule !== undefined, inFavour });
  }

  report({ votes, agree, spent, money, end }: Life): JudgeReport {
    return {
      end,
      votes,
      agree,
      problems: this.ended,
      kept: this.kept,
      dropped: { byRule: this.#byRule, byVote: this.#byVote },
      undecided: this.#undecided,
      cast: this.#cast,
      agreement: Array.from({ length: votes + 1 }, (_, k) => this.#agreement[k] ?? 0),
      ...(this.#labelled.length > 0 && { measured: this.#measured(votes) }),
      spent: { ...spent },
      ...(money !== undefined && { money }),
    };
  }

  #measured(votes: number): Measured {
    const cases = this.#labelled;
    const of = (predicted: (one: Labelled) => boolean) =>
      classify(cases.map((one) => ({ predicted: predicted(one), actual: one.actual })));
    return {
      labelled: cases.length,
      ...(Object.keys(this.#byRule).length > 0 && { rules: of(({ ruledOut }) => !ruledOut) }),
      thresholds: Array.from({ length: votes }, (_, i) => ({
        agree: i + 1,
        ...of(({ inFavour }) => inFavour > i),
      })),
    };
  }
}

/** A rule's own name, without what it found. */
const nameOf = (rule: string): string => rule.split(":", 1)[0] as string;

export function judgeReportText(report: JudgeReport): string {
  const { problems, kept, dropped, undecided, votes, agree, cast, agreement, measured, spent, money } =
    report;
  const rules = Object.entries(dropped.byRule).map(([name, count]) => `  ${count} by the rule ${name}`);
  const lines = [
    `${kept} of ${problems} problems kept (${agree} of ${votes} votes)`,
    ...rules,
    `  ${dropped.byVote} by the votes`,
    ...(undecided.length > 0
      ? [`  ${undecided.length} undecided; the first, ${undecided[0]?.id}: ${undecided[0]?.detail}`]
      : []),
    `votes: ${cast.fit} fit, ${cast.unfit} unfit, ${cast.unparsable} without a verdict`,
    `problems by votes for, 0 to ${votes}: ${agreement.join(" ")}`,
    ...(measured ? measuredLines(measured) : []),
    `${spent.calls} calls, ${spent.input} tokens read, ${spent.output} generated${money === undefined ? "" : `, money ${money.toPrecision(3)}`}`,
  ];
  return `${lines.join("\n")}\n`;
}

function measuredLines({ labelled, rules, thresholds }: Measured): string[] {
  return [
    `against ${labelled} labels (positive: fit; 95 % intervals):`,
    "               TP   FP   FN   TN  precision              recall                 F1                     accuracy",
    ...(rules ? [row("rules alone", rules)] : []),
    ...thresholds.map((one) => row(`agree >= ${one.agree}`, one)),
  ];
}

function row(name: string, figures: Classification): string {
  const { truePositives, falsePositives, falseNegatives, trueNegatives, intervals } = figures;
  const counts = [truePositives, falsePositives, falseNegatives, trueNegatives];
  const shares = (["precision", "recall", "f1", "accuracy"] as const).map((key) =>
    figure(figures[key], intervals[key]).padEnd(21),
  );
  return `${name.padEnd(12)} ${counts.map((n) => String(n).padStart(4)).join(" ")}  ${shares.join("  ")}`.trimEnd();
}

const figure = (value: number | null, interval: Interval | null): string =>
  value === null || !interval
    ? "-"
    : `${value.toFixed(3)} [${interval.low.toFixed(3)}, ${interval.high.toFixed(3)}]`;
