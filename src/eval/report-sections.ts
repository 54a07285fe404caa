import type { Outcome } from "./evaluate.ts";
import {
  countText,
  methodTable,
  percentText,
  pointsText,
  synthesisTable,
  type Table,
} from "./report-text.ts";
import type { RunCard } from "./run-card.ts";
import type { Summary } from "./summary.ts";

export interface ReportData {
  card: RunCard;
  outcome: Outcome;
  summary: Summary;
}

export interface Section {
  title: string;
  paragraphs: string[];
  tables: Table[];
  /** Names of charts. */
  charts: string[];
}

/** What a report says, once for all forms it is written in. */
export function sectionsOf({ card, outcome, summary }: ReportData): Section[] {
  const lengths = Object.keys(summary.lengths).flatMap((key, i) =>
    (summary.lengths[key]?.length ?? 0) > 0 ? [`lengths-${i + 1}`] : [],
  );
  const synthesis = synthesisTable(summary.methods);
  return [
    {
      title: "Result",
      paragraphs: [...state(card, outcome), HOW_ACCURACY],
      tables: [methodTable(summary.methods)],
      charts: ["accuracy-ttc"],
    },
    { title: "Differences", paragraphs: [HOW_DIFFERENCES], tables: [differenceTable(summary)], charts: [] },
    ...(synthesis
      ? [
          {
            title: "What the answers did with the messages",
            paragraphs: [HOW_SYNTHESIS],
            tables: [synthesis],
            charts: ["messages"],
          },
        ]
      : []),
    ...(summary.curves.length > 1
      ? [{ title: "Plain samples", paragraphs: [HOW_CURVES], tables: [curveTable(summary)], charts: [] }]
      : []),
    {
      title: "Lengths",
      paragraphs: ["Generated tokens of single trajectories."],
      tables: [],
      charts: lengths,
    },
    { title: "Run card", paragraphs: [], tables: [cardTable(card)], charts: [] },
  ];
}

const HOW_ACCURACY =
  "Accuracy is the mean over problems of each problem's mean; ± is one standard error, clustered by problem. " +
  "Votes are exact expectations over all draws of K from a problem's plain samples, ties broken fairly. TTC counts " +
  "every generated token, reasoning included; input is beside it. Latency is the critical path: the slowest call " +
  "of each round, added up. Unscored and failed trials are in no average.";
const HOW_DIFFERENCES = "Percentage points, problem by problem, on the problems that both methods have.";
const HOW_SYNTHESIS =
  "Emergent: right though every message read is wrong. In no message: the answer's normal form is that of no " +
  "message. Cross-checking: answering trajectories with at least one word that compares references " +
  "(the word list is in docs/evaluation.md).";
const HOW_CURVES = "Exact over all subsets of K samples. pass@K needs an oracle that picks the right sample.";

/** Whether it is whole, and what a reader must know of how it was made. */
function state(card: RunCard, { end, planned, finished, failed, resumed, spent, money }: Outcome): string[] {
  const ended = {
    done: "complete",
    budget: "incomplete: its budget was spent",
    interrupted: "incomplete: it was interrupted",
  }[end];
  const whole =
    finished === planned
      ? ""
      : `; ${planned - finished} of ${planned} units are missing, ${failed} of them failed`;
  const paid = `${countText(spent.output)} tokens in ${spent.calls} calls${money === undefined ? "" : `, ${money.toPrecision(4)} money`}`;
  const drawn = card.pool
    ? `First rounds, votes and single samples are drawn from a shared pool of ${card.pool} trajectories per problem (§3.2), so methods are not independent of each other; a method's TTC counts what it drew.`
    : "Every repetition of a coordinated method generated its own first round; singles and votes share one set of plain samples.";
  const lost =
    card.rejected > 0 ? ` ${card.rejected} lines of the data could not be read and are left out.` : "";
  const skipped = card.skipped > 0 ? ` ${card.skipped} were left out on purpose (pictures).` : "";
  return [
    `The evaluation is ${ended}${whole}. It paid for ${paid}${resumed > 0 ? `; ${resumed} units came from earlier runs` : ""}.${lost}${skipped}`,
    drawn,
  ];
}

function differenceTable({ differences }: Summary): Table {
  return {
    header: ["method", "against", "difference ± SE", "problems"],
    rows: differences.map(({ better, than, difference }) => [
      better,
      than,
      pointsText(difference),
      `${difference.problems}`,
    ]),
  };
}

function curveTable({ curves }: Summary): Table {
  const text = (value: Summary["curves"][number]["vote"]) => (value ? percentText(value) : "–");
  return {
    header: ["K", "majority vote % ± SE", "pass@K % ± SE", "TTC"],
    rows: curves.map(({ k, vote, passAtK, ttc }) => [`${k}`, text(vote), text(passAtK), countText(ttc)]),
  };
}

function cardTable(card: RunCard): Table {
  const flat = Object.entries(card).flatMap(([key, value]): [string, unknown][] =>
    typeof value === "object" && !Array.isArray(value)
      ? Object.entries(value as object).map(([inner, v]) => [`${key}: ${inner}`, v])
      : [[key, value]],
  );
  return {
    header: ["", ""],
    rows: flat.map(([key, value]) => [key, Array.isArray(value) ? value.join(", ") : String(value)]),
  };
}
