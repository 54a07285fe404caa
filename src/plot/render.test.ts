import { expect, test } from "vitest";
import { histogram } from "./histogram.ts";
import { renderChart } from "./render.ts";
import type { Chart } from "./spec.ts";
import { escapeXml } from "./svg.ts";

const chart: Chart = {
  title: 'Accuracy <of> "this" & that',
  x: { label: "TTC", scale: "log", format: "count" },
  y: { label: "accuracy", min: 0, max: 1, format: "percent" },
  series: [
    {
      kind: "points",
      name: "<script>",
      line: true,
      points: [
        { x: 10, y: 0.5, error: 0.1 },
        { x: 1000, y: 1, error: 0.2, label: "[4]" },
      ],
    },
    { kind: "points", name: "single", points: [{ x: 100, y: 0.25 }] },
  ],
};

test("a chart is one closed SVG element with its ticks, names and labels", () => {
  const svg = renderChart(chart);
  for (const part of [">10<", ">100<", ">1k<", ">60%<", ">single<", ">[4]<", ">TTC (log)<"])
    expect(svg).toContain(part);
  expect(svg).toMatch(/^<svg [^>]+>.*<\/svg>$/s);
  expect(svg.match(/<polyline/g)).toHaveLength(1);
});

test("nothing that a name holds becomes markup", () => {
  const svg = renderChart(chart);
  expect(svg).not.toContain("<script>");
  expect(svg).toContain("Accuracy &lt;of&gt; &quot;this&quot; &amp; that");
  expect(escapeXml("a\u0000\ud800b")).toBe("a\uFFFD\uFFFDb");
});

test("points stand where their scales put them", () => {
  const svg = renderChart({
    ...chart,
    series: [
      {
        kind: "points",
        name: "a",
        points: [
          { x: 10, y: 0 },
          { x: 1000, y: 1 },
        ],
      },
    ],
  });
  const [left, right] = [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
  expect(left?.[0]).toBeLessThan(right?.[0] as number);
  // The frame: 38 from the top, 48 from the bottom of 400.
  expect([left?.[1], right?.[1]]).toEqual([352, 38]);
});

test("an error bar stays inside the frame", () => {
  const svg = renderChart(chart);
  const [, low, high] = /M[\d.]+ ([\d.]+)V([\d.]+)M/.exec(svg.slice(svg.indexOf("[4]") - 900)) ?? [];
  expect(Number(high)).toBeGreaterThanOrEqual(38);
  expect(Number(low)).toBeLessThanOrEqual(352);
});

test("a chart without data is an empty frame, not an error; a value that cannot be shown is left out", () => {
  expect(renderChart({ ...chart, series: [] })).toContain("</svg>");
  const svg = renderChart({
    ...chart,
    series: [
      {
        kind: "points",
        name: "a",
        line: true,
        points: [
          { x: 0, y: 1 },
          { x: 5, y: Number.NaN },
        ],
      },
    ],
  });
  expect(svg).not.toContain("NaN");
  expect(svg).not.toContain("<circle");
});

test("a compact chart leaves title, names of axes and legend to its page", () => {
  const svg = renderChart({ ...chart, compact: true });
  expect(svg).toContain("<title>Accuracy &lt;of&gt;");
  for (const part of [">accuracy<", ">TTC (log)<", ">single<"]) expect(svg).not.toContain(part);
  expect(svg).toContain(">60%<");
});

test("rules stand at their values, and titles are found under the pointer", () => {
  const svg = renderChart({
    ...chart,
    rules: [{ x: 100, label: "stage <2>" }],
    bands: [{ from: 1, to: 100, title: "iterations 1 & 2" }],
  });
  const rule = /<line x1="([\d.]+)" y1="48" x2="\1" y2="352"[^>]*stroke-dasharray/.exec(svg);
  const point = /<circle cx="([\d.]+)"|<rect x="([\d.]+)" y="[\d.]+" width="8"/g;
  const middle = [...svg.matchAll(point)].map(([, circle, square]) => Number(circle ?? Number(square) + 4));
  expect(middle).toContain(Number(rule?.[1]));
  expect(svg).toContain(">stage &lt;2&gt;<");
  // From 1 on, but the frame begins at 10.
  expect(svg).toMatch(/<rect x="[\d.]+" y="48"[^>]*class="band"[^>]*><title>iterations 1 &amp; 2<\/title>/);
});

test("a theme's colours are the only ones, and a series may take another's", () => {
  const theme = {
    paper: "var(--p)",
    ink: "var(--i)",
    grid: "var(--g)",
    frame: "var(--f)",
    series: ["red", "blue"],
  };
  const svg = renderChart({ ...chart, theme, series: chart.series.map((one) => ({ ...one, colour: 1 })) });
  expect(svg).not.toMatch(/#[0-9a-f]{3}|"red"/);
  expect(svg).toContain('fill="blue"');
});

test("a line of a single point is shown as its mark", () => {
  const svg = renderChart({
    ...chart,
    series: [{ kind: "points", name: "a", line: true, marks: false, points: [{ x: 10, y: 1 }] }],
  });
  expect(svg).toContain("<circle");
});

test("a histogram's shares add up to one and cover every value", () => {
  const bars = histogram([1, 1, 2, 5, 100]);
  expect(bars.reduce((sum, { y }) => sum + y, 0)).toBeCloseTo(1, 12);
  expect(bars[0]).toMatchObject({ x: 1, y: 0.8 });
  expect(histogram([])).toEqual([]);
  expect(histogram([7, 7])).toEqual([{ x: 7, width: 1, y: 1 }]);
});
