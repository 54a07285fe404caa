import type { Frame } from "./frame.ts";
import { mark } from "./marks.ts";
import { stroke } from "./series-svg.ts";
import type { Series } from "./spec.ts";
import { element, text } from "./svg.ts";
import { type PlotTheme, seriesColour } from "./theme.ts";

const LINE = 18;

/** To the right of the frame; a single series is named by the chart's title. */
export function legend(series: readonly Series[], { right, top }: Frame, theme: PlotTheme): string {
  if (series.length < 2) return "";
  return series
    .map((one, index) => {
      const [x, y] = [right + 15, top + 8 + index * LINE];
      const short = one.name.length > 32 ? `${one.name.slice(0, 31)}…` : one.name;
      const colour = seriesColour(theme, one.colour ?? index);
      return sign(one, { x, y, index, colour }) + text(right + 28, y + 4, short, { fill: theme.ink });
    })
    .join("");
}

interface Place {
  x: number;
  y: number;
  index: number;
  colour: string;
}

function sign(series: Series, { x, y, index, colour }: Place): string {
  if (series.kind === "bars")
    return element("rect", { x: x - 5, y: y - 5, width: 10, height: 10, fill: colour, "fill-opacity": 0.55 });
  if (series.marks !== false) return mark(x, y, index, colour);
  return element("line", { x1: x - 9, y1: y, x2: x + 9, y2: y, ...stroke(series, colour) });
}
