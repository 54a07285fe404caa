import type { PlotTheme } from "../../plot/theme.ts";

const SERIES = 8;

/** The page's own colours: its style sheet says which, by day and by night. */
export const PAGE_THEME: PlotTheme = {
  paper: "none",
  ink: "var(--soft)",
  grid: "var(--grid)",
  frame: "var(--frame)",
  series: Array.from({ length: SERIES }, (_, i) => `var(--s${i})`),
};

const DAY = `--paper: #fff; --card: #fff; --edge: #e3e5e8; --ink: #1d2329; --soft: #5b6570; --grid: #eef0f2; --frame: #9aa3ad;
  --s0: #0072b2; --s1: #d55e00; --s2: #009e73; --s3: #c0609b; --s4: #c98500; --s5: #3d9fd6; --s6: #777; --s7: #222`;
const NIGHT = `--paper: #14171a; --card: #1b1f23; --edge: #2d333a; --ink: #e6e9ec; --soft: #9ea8b3; --grid: #272c32; --frame: #6b7580;
  --s0: #5aaeea; --s1: #ff8c52; --s2: #35c99d; --s3: #e596c8; --s4: #f0b53c; --s5: #8fd0f5; --s6: #aaa; --s7: #eee`;

/** One style sheet, no font and no picture from outside. */
export const RUN_STYLE = `
:root { color-scheme: light dark; ${DAY} }
@media (prefers-color-scheme: dark) { :root { ${NIGHT} } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 82rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 ui-sans-serif, system-ui, sans-serif }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2.4rem 0 .8rem }
p { color: var(--soft); margin: .3rem 0 1rem; max-width: 62rem } p.how { margin-top: 2.4rem; margin-bottom: -1.4rem } .scroll + p:not(.how) { margin-top: 1.4rem }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.6rem, 1fr)); gap: .8rem; margin-top: 1.4rem }
.tile, figure, .scroll { background: var(--card); border: 1px solid var(--edge); border-radius: 8px }
.tile { padding: .7rem .9rem } .tile b { display: block; font-size: 1.35rem; line-height: 1.3; font-weight: 600 }
.tile span { color: var(--soft); font-size: .82rem; display: block }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: .8rem }
figure { margin: 0; padding: .7rem .8rem .4rem; display: flex; flex-direction: column }
figcaption { display: grid; grid-template-columns: 1fr auto; column-gap: .6rem; align-items: baseline }
figcaption b { font-weight: 600 } figcaption .value { font-variant-numeric: tabular-nums; font-weight: 600 }
figcaption small { grid-column: 1 / -1; color: var(--soft); font-size: .78rem; line-height: 1.35 }
.key { display: flex; flex-wrap: wrap; gap: .1rem .8rem; font-size: .78rem; color: var(--soft); margin-top: .2rem }
.key i { display: inline-block; width: .9rem; height: 3px; border-radius: 2px; vertical-align: middle; margin-right: .3rem }
svg { display: block; width: 100%; height: auto; margin-top: auto; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto } .wide svg { min-width: 46rem }
svg .band:hover { fill-opacity: .08 }
.scroll { overflow-x: auto; margin-top: .8rem } table { border-collapse: collapse; width: 100%; font-size: .86rem }
th, td { padding: .32rem .8rem; text-align: right; border-bottom: 1px solid var(--edge); font-variant-numeric: tabular-nums; white-space: nowrap }
tr:last-child td { border-bottom: 0 } th { color: var(--soft); font-weight: 500 }
th:first-child, td:first-child { text-align: left } .recipe td, .recipe th { text-align: left }
.recipe td:last-child { color: var(--soft); white-space: normal }
@media print { :root { ${DAY} } body { padding: 0 } figure, .tile { break-inside: avoid } }`;
