/** Colours of a picture, as SVG and CSS write them: inside a page they may be `var(--…)`. */
export interface PlotTheme {
  paper: string;
  ink: string;
  grid: string;
  frame: string;
  /** By place of the series; used again from the first where there are more. */
  series: readonly string[];
}

/** On white. Told apart by people who see fewer colours, too (Okabe and Ito), and by their marks. */
export const LIGHT: PlotTheme = {
  paper: "#fff",
  ink: "#222",
  grid: "#eee",
  frame: "#888",
  series: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666", "#000000"],
};

export const seriesColour = ({ series }: PlotTheme, index: number): string =>
  series[index % series.length] as string;
