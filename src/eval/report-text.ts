import type { MethodFigures } from "./method-figures.ts";
import type { Estimate } from "./metrics/clustered.ts";
import type { Rate } from "./metrics/emergence.ts";

/** A table as plain cells; the first row is its header. */
export interface Table {
  caption?: string;
  header: string[];
  rows: string[][];
}

const DASH = "–";

/** "84.1 ± 1.2": percent, one standard error. */
export function percentText({ mean, standardError }: Estimate): string {
  if (!Number.isFinite(mean)) return DASH;
  const error = standardError === undefined ? "" : ` ± ${(100 * standardError).toFixed(1)}`;
  return `${(100 * mean).toFixed(1)}${error}`;
}

/** "+3.2 ± 0.8": percentage points. */
export function pointsText({ mean, standardError }: Estimate): string {
  if (!Number.isFinite(mean)) return DASH;
  const error = standardError === undefined ? "" : ` ± ${(100 * standardError).toFixed(1)}`;
  return `${mean < 0 ? "−" : "+"}${Math.abs(100 * mean).toFixed(1)}${error}`;
}

export const shareText = (share: number | undefined): string =>
  share === undefined || !Number.isFinite(share) ? DASH : `${(100 * share).toFixed(1)}`;

/** "12.0 (6 of 50)". */
export const rateText = ({ count, cases, rate }: Rate): string =>
  cases === 0 ? `${DASH} (no case)` : `${shareText(rate)} (${count} of ${cases})`;

/** 12_345 → "12.3k". */
export function countText(value: number): string {
  if (!Number.isFinite(value)) return DASH;
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)}M`;
  return value >= 1e4 ? `${(value / 1e3).toFixed(1)}k` : value.toFixed(value < 10 ? 1 : 0);
}

export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/** Accuracy and cost, one line a method. */
export function methodTable(methods: readonly MethodFigures[]): Table {
  const withMoney = methods.some(({ money }) => money !== undefined);
  return {
    header: [
      "method",
      "accuracy % ± SE",
      "TTC",
      "input",
      "× one sample",
      ...(withMoney ? ["money"] : []),
      "wasted %",
      "calls cut off %",
      "answers cut off %",
      "latency median / p90",
      "trials",
      "unscored",
      "failed",
    ],
    rows: methods.map((m) => [
      m.key,
      percentText(m.accuracy),
      countText(m.ttc.mean),
      countText(m.inputTokens),
      m.costRatio === undefined ? DASH : m.costRatio.toFixed(1),
      ...(withMoney ? [m.money?.toPrecision(3) ?? DASH] : []),
      shareText(m.wasted),
      shareText(m.cutOffCalls),
      shareText(m.cutOffAnswers),
      `${durationText(m.latencyMs.median)} / ${durationText(m.latencyMs.p90)}`,
      `${m.trials}`,
      `${m.unscored}`,
      `${m.failed}`,
    ]),
  };
}

/** What syntheses did with the messages they read. */
export function synthesisTable(methods: readonly MethodFigures[]): Table | undefined {
  const rows = methods.flatMap(({ key, synthesis: s }) =>
    s
      ? [
          [
            key,
            shareText(s.messageAccuracy),
            rateText(s.emergent),
            rateText(s.novelRight),
            rateText(s.novelWrong),
            rateText(s.pluralityAgreement),
            rateText(s.crossChecking),
            s.crossChecksEach.toFixed(2),
          ],
        ]
      : [],
  );
  if (rows.length === 0) return undefined;
  const header = [
    "method",
    "messages right %",
    "emergent %",
    "in no message, right %",
    "in no message, wrong %",
    "agrees with plurality %",
    "cross-checking %",
    "words each",
  ];
  return { header, rows };
}
