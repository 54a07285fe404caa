import { histogram } from "../plot/histogram.ts";
import type { Chart, Point, Series } from "../plot/spec.ts";
import type { Summary } from "./summary.ts";

/** The pictures of a report, by file name. */
export function chartsOf(summary: Summary): Record<string, Chart> {
  return {
    "accuracy-ttc": accuracyChart(summary),
    ...(summary.methods.some(({ synthesis }) => synthesis) && { messages: messageChart(summary) }),
    ...lengthCharts(summary),
  };
}

const shown = (value: number) => Number.isFinite(value);

/** Every method on one picture, and what more plain samples would give. */
function accuracyChart({ methods, curves }: Summary): Chart {
  const point = ({ ttc, accuracy }: Summary["methods"][number]): Point => ({
    x: ttc.mean,
    y: accuracy.mean,
    error: accuracy.standardError,
  });
  const measured: Series[] = methods
    .filter(({ accuracy }) => shown(accuracy.mean))
    .map((method) => ({ kind: "points", name: method.key, points: [point(method)] }));
  const curve = (name: string, of: "vote" | "passAtK"): Series => ({
    kind: "points",
    name,
    line: true,
    dashed: of === "passAtK",
    marks: false,
    points: curves.flatMap(({ ttc, [of]: value }) => (value ? [{ x: ttc, y: value.mean }] : [])),
  });
  const lines =
    curves.length > 1 ? [curve("majority vote @K", "vote"), curve("pass@K (oracle)", "passAtK")] : [];
  return {
    title: "Accuracy against test-time compute",
    width: 760,
    height: 440,
    x: { label: "generated tokens per problem", scale: "log", format: "count" },
    y: { label: "accuracy", min: 0, max: 1, format: "percent" },
    series: [...measured, ...lines],
  };
}

/** Above the diagonal, a synthesis is better than the messages it read. */
function messageChart({ methods }: Summary): Chart {
  const series: Series[] = methods.flatMap(({ key, synthesis }): Series[] =>
    synthesis
      ? [
          {
            kind: "points",
            name: key,
            line: true,
            points: synthesis.byMessages.map(({ messages, final }) => ({
              x: messages,
              y: final.mean,
              error: final.standardError,
            })),
          },
        ]
      : [],
  );
  const diagonal: Series = {
    kind: "points",
    name: "answer as a message",
    line: true,
    dashed: true,
    marks: false,
    points: [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ],
  };
  return {
    title: "Final accuracy against the accuracy of the messages read",
    width: 760,
    height: 420,
    x: { label: "share of right messages", min: 0, max: 1, format: "percent" },
    y: { label: "final accuracy", min: 0, max: 1, format: "percent" },
    series: [...series, diagonal],
  };
}

function lengthCharts({ lengths }: Summary): Record<string, Chart> {
  const charts = Object.entries(lengths).flatMap(([key, values], i): [string, Chart][] =>
    values.length === 0
      ? []
      : [
          [
            `lengths-${i + 1}`,
            {
              title: `Trajectory lengths: ${key}`,
              width: 420,
              height: 260,
              x: { label: "generated tokens", format: "count" },
              y: { label: "share", min: 0, format: "percent" },
              series: [{ kind: "bars", name: key, bars: histogram(values) }],
            },
          ],
        ],
  );
  return Object.fromEntries(charts);
}
