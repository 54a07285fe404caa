import { stat } from "node:fs/promises";
import type { DomainFigures, RewardFigures, RewardLine } from "../cluster/index.ts";
import { REWARD_BINS } from "../cluster/reward/log-figures.ts";
import { textTable } from "./eval-table.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";
import type { RewardInspectFlags } from "./reward.ts";

const BAR_WIDTH = 40;
const REASONS_SHOWN = 10;

/** `pacore reward inspect` */
export async function rewardInspect(path: string, flags: RewardInspectFlags): Promise<ExitCode> {
  const { readRewardLog, RewardFigures } = await import("../cluster/index.ts");
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new InputError(`${path} is no file; name the --log of pacore reward serve.`);
  let unreadable = 0;
  const lines = readRewardLog(path, ({ file, line, reason }) => {
    unreadable++;
    process.stderr.write(`${file}:${line}: ${reason}\n`);
  });
  if (flags.sample !== undefined || flags.failed) await showLines(lines, flags);
  else {
    const figures = new RewardFigures();
    for await (const line of lines) figures.add(line);
    process.stdout.write(flags.json ? `${recordOf(figures, unreadable)}\n` : textOf(figures));
  }
  return unreadable > 0 ? EXIT.incomplete : EXIT.answered;
}

/** Those that were asked for, as they come. */
async function showLines(
  lines: AsyncIterable<RewardLine>,
  { sample, failed, limit, json }: RewardInspectFlags,
): Promise<void> {
  let shown = 0;
  let more = 0;
  for await (const line of lines) {
    if (sample !== undefined && line.id !== sample && line.problem !== sample) continue;
    if (failed && line.outcome !== "error" && line.outcome !== "unscored") continue;
    if (shown++ < limit) process.stdout.write(json ? `${JSON.stringify(line)}\n` : `${responseText(line)}\n`);
    else more++;
  }
  if (shown === 0) process.stderr.write("There is no such response in the log.\n");
  if (more > 0) process.stderr.write(`${more} more; see --limit.\n`);
}

function responseText(line: RewardLine): string {
  const { id = "?", problem, kind, domain, messages, right, reward, outcome, explanation, answer } = line;
  const known = right === undefined ? "" : `, ${right} of them right`;
  const body = line.text ?? line.conclusion ?? `… ${line.tail ?? ""}`;
  return [
    `── ${id}  ${problem ?? ""}  ${[...new Set([domain, kind])].filter(Boolean).join("/")}`,
    `reward ${reward} (${outcome}) at ${new Date(line.at).toISOString()}; |M| ${messages ?? "?"}${known}`,
    `verifier: ${explanation} [${line.verifyMs} ms, waited ${line.waitMs} ms]`,
    ...(answer === undefined ? [] : [`answer: ${answer}`]),
    `${line.text === undefined ? "conclusion" : "response"} (of ${line.chars} characters):`,
    body,
    "",
  ].join("\n");
}

const recordOf = ({ all, domains, groups, histogram, reasons, slowest }: RewardFigures, unreadable: number) =>
  JSON.stringify({ ...all, domains, groups, histogram, reasons, slowest: slowest.map(briefly), unreadable });

const briefly = ({ id, problem, kind, verifyMs, waitMs, outcome, explanation }: RewardLine) => ({
  id,
  problem,
  kind,
  verifyMs,
  waitMs,
  outcome,
  explanation,
});

function textOf(figures: RewardFigures): string {
  const domains = Object.entries(figures.domains);
  const rows = [...domains, ...(domains.length > 1 ? [["all", figures.all] as const] : [])];
  const table = textTable({ header: HEADER, rows: rows.map(([name, row]) => rowOf(name, row)) });
  return `${[table, histogramText(figures), groupText(figures), reasonText(figures), slowText(figures)]
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}

const HEADER = [
  "domain",
  "rewards",
  "mean",
  "right %",
  "cut off",
  "no conclusion",
  "unscored",
  "errors",
  "|M|",
  "characters",
  "conclusion",
  "verify ms",
  "longest",
];

function rowOf(name: string, figures: DomainFigures): string[] {
  const { rewards, reward, right, messages, chars, conclusionChars, verifyMs, verifyMsMax } = figures;
  return [
    name,
    `${rewards}`,
    reward === null ? "–" : reward.toFixed(4),
    right === null ? "–" : (100 * right).toFixed(1),
    `${figures.cutOff}`,
    `${figures.noConclusion}`,
    `${figures.unscored}`,
    `${figures.errors}`,
    messages.toFixed(1),
    chars.toFixed(0),
    conclusionChars.toFixed(0),
    verifyMs.toFixed(1),
    verifyMsMax.toFixed(0),
  ];
}

function histogramText({ histogram }: RewardFigures): string {
  const most = Math.max(...histogram, 1);
  const lines = histogram.map((count, bin) => {
    const bar = "█".repeat(Math.ceil((BAR_WIDTH * count) / most));
    return `${(REWARD_BINS[bin] as string).padStart(6)} ${`${count}`.padStart(`${most}`.length)} ${bar}`.trimEnd();
  });
  return `rewards:\n${lines.join("\n")}`;
}

function groupText({ groups }: RewardFigures): string {
  const { instances, responses, noneRight, allRight, mixed, emergent, emergentInstances } = groups;
  if (instances === 0) return "";
  const share = (count: number) => `${count} (${((100 * count) / instances).toFixed(1)} %)`;
  const lines = [
    `instances: ${instances}, ${responses.toFixed(1)} responses each`,
    `  no response rewarded   ${share(noneRight)}`,
    `  all rewarded in full   ${share(allRight)}`,
    `  in between             ${share(mixed)}`,
  ];
  if (emergent !== null)
    lines.push(`  all messages wrong     ${share(emergentInstances)}, mean reward ${emergent.toFixed(4)}`);
  return lines.join("\n");
}

function reasonText({ reasons }: RewardFigures): string {
  const lines = reasons.slice(0, REASONS_SHOWN).map(([reason, count]) => `  ${count} × ${reason}`);
  return lines.length > 0 ? `without a verdict:\n${lines.join("\n")}` : "";
}

function slowText({ slowest }: RewardFigures): string {
  const lines = slowest
    .filter(({ verifyMs }) => verifyMs > 0)
    .slice(0, 5)
    .map(
      ({ verifyMs, id = "?", kind, explanation }) =>
        `  ${verifyMs} ms  ${id}  ${kind}  ${explanation.slice(0, 80)}`,
    );
  return lines.length > 0 ? `slowest verifications:\n${lines.join("\n")}` : "";
}
