import { basename, extname, join } from "node:path";
import { Meter } from "../core/meter.ts";
import { checkKinds, graderFor } from "../data/grader.ts";
import type { Problem } from "../data/problem.ts";
import {
  type BuildFigures,
  type BuildOutcome,
  type BuildPoolOptions,
  buildPool,
  messageAccuracy,
  parseShard,
} from "../train/pool/index.ts";
import type { EndpointStats } from "../upstream/endpoints.ts";
import { isEmbedded } from "../upstream/reference.ts";
import { resolveModel } from "../upstream/resolve.ts";
import { codeGrader } from "./eval-code.ts";
import { loadData, rejectionLines } from "./eval-data.ts";
import { catchEvalInterrupts } from "./eval-interrupt.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { checkEmbedded, judgeOf, modelName, present, priceOf } from "./model-options.ts";
import { modelReference } from "./model-reference.ts";
import { checkEndpoints, downText, endpointCount, endpointsText, statsOf } from "./pool-endpoints.ts";
import type { PoolBuildFlags } from "./pool-flags.ts";
import { ProgressLine } from "./progress-line.ts";
import { shortCount, shortDuration } from "./view/figures.ts";

/** Two problems at once: the embedded model takes a token of one problem's calls in a step. */
const EMBEDDED_CONCURRENCY = 48;
const ENDPOINT_CONCURRENCY = 16;

/** Calls that must have ended before they say how long the others take. */
const ETA_FROM = 24;

/** `pacore pool build` */
export async function poolBuild(source: string, flags: PoolBuildFlags): Promise<ExitCode> {
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  const loaded = await loadData(source, flags);
  for (const line of rejectionLines(loaded)) tell(line);
  const reference = modelReference(flags);
  const { problems } = loaded;
  checkEmbedded(reference, problems);
  const out = flags.out ?? join("runs", `pool-${nameOf(source)}${shardName(flags)}.jsonl`);
  const options = await optionsOf(reference, problems, { ...flags, out });
  await checkEndpoints(reference, tell);
  using interrupt = catchEvalInterrupts(tell);
  const endpoints = () => statsOf(options.model);
  const progress = flags.json || flags.quiet ? undefined : new ProgressLine(process.stderr);
  const { drain, abort } = interrupt;
  const onEntry: BuildPoolOptions["onEntry"] = ({ problem, messages }, now) =>
    print({
      type: "problem",
      id: problem.id,
      messages: messages.length,
      accuracy: messageAccuracy({ messages }),
      progress: now,
    });
  const onProgress = (now: BuildFigures) =>
    progress?.show(() => progressText(now, progress.elapsed, endpoints()));
  let outcome: BuildOutcome;
  try {
    outcome = await buildPool(problems, {
      ...options,
      drain,
      abort,
      ...(flags.json ? { onEntry } : { onProgress }),
    });
  } finally {
    progress?.close();
  }
  const stats = endpoints();
  if (flags.json)
    print({ type: "summary", ...outcome, ...(stats.length > 0 && { endpoints: stats }), pool: out });
  else process.stdout.write(`${summaryLines(outcome, stats).join("\n")}\n${out}\n`);
  return codeOf(outcome);
}

const print = (record: object) => process.stdout.write(`${JSON.stringify(record)}\n`);

const nameOf = (source: string) => basename(source, extname(source)).replace(/[^\w.-]+/g, "-");

/** The shards of a pool that is not named must not be one file. */
const shardName = ({ shard }: PoolBuildFlags) => (shard ? `-${shard.replace("/", "-of-")}` : "");

async function optionsOf(
  reference: string,
  problems: readonly Problem[],
  flags: PoolBuildFlags & { out: string },
): Promise<BuildPoolOptions> {
  const price = priceOf(flags);
  const meter = new Meter();
  const { judgeModel, judgeVotes } = flags;
  const judge = judgeModel === undefined ? undefined : await judgeOf(judgeModel, judgeVotes, meter);
  const code = await codeGrader(problems);
  checkKinds(problems, { judge, code });
  const model = await resolveModel(reference);
  const { temperature, topP, maxTokens, sampling, onCutOff, maxRetries, callTimeout } = flags;
  const { out, size, seed, budgetTokens, budgetMoney, conclusionsOnly } = flags;
  const embedded = isEmbedded(reference);
  return {
    model,
    modelName: await modelName(reference, model),
    out,
    shard: flags.shard === undefined ? undefined : parseShard(flags.shard),
    size,
    seed,
    grader: (problem) => graderFor(problem, { judge, code }),
    meter,
    call: present({ temperature, topP, maxOutputTokens: maxTokens }),
    coordinate: present({ sampling, onCutOff, maxRetries, callTimeoutMs: callTimeout }),
    together: embedded,
    concurrency: flags.concurrency ?? defaultConcurrency(reference),
    keepReasoning: !conclusionsOnly,
    // What the embedded model makes costs nothing to make again.
    durable: !embedded,
    budgetTokens,
    budgetMoney,
    price,
  };
}

const defaultConcurrency = (reference: string) =>
  isEmbedded(reference) ? EMBEDDED_CONCURRENCY : ENDPOINT_CONCURRENCY * endpointCount(reference);

function progressText(figures: BuildFigures, elapsed: number, endpoints: EndpointStats[]): string {
  const { problems, complete, missing, ended, failed, accuracy, spent, money } = figures;
  const rate = ended / (elapsed / 1000);
  const eta =
    ended >= ETA_FROM && missing > ended ? `, ETA ${shortDuration(((missing - ended) / rate) * 1000)}` : "";
  const lost = failed > 0 ? `, ${failed} failed` : "";
  const paid = money === undefined ? "" : `, money ${money.toPrecision(3)}`;
  const right = accuracy === undefined ? "" : ` | accuracy ${(100 * accuracy).toFixed(1)}%`;
  return `${complete}/${problems} problems${lost}, ${ended}/${missing} trajectories, ${rate.toFixed(1)}/s, ${shortCount(spent.output)} tokens${paid}${downText(endpoints)}${eta}${right}`;
}

function summaryLines(outcome: BuildOutcome, endpoints: EndpointStats[]): string[] {
  const { problems, complete, resumed, failed, failures, messages, cutOff, lost, unscored } = outcome;
  const { accuracy, spent, money, end, unscoredBecause } = outcome;
  const before = resumed > 0 ? ` (${resumed} before)` : "";
  const lines = [
    `${complete} of ${problems} problems${before}, ${messages} messages${accuracy === undefined ? "" : `, ${(100 * accuracy).toFixed(1)}% right`}`,
    `${cutOff} cut off, ${lost} places without a message, ${unscored} unscored`,
    `${spent.calls} calls, ${shortCount(spent.input)} tokens read, ${shortCount(spent.output)} generated${money === undefined ? "" : `, money ${money.toPrecision(3)}`}`,
  ];
  if (endpoints.length > 0) lines.push(endpointsText(endpoints));
  if (unscoredBecause) lines.push(`unscored, the first: ${unscoredBecause}`);
  for (const { id, reason } of failures) lines.push(`failed: ${id}: ${reason}`);
  if (failed > failures.length) lines.push(`… and ${failed - failures.length} more.`);
  if (end !== "done") lines.push(`stopped (${end}); run again to go on`);
  return lines;
}

function codeOf({ end, complete, problems }: BuildOutcome): ExitCode {
  if (end === "interrupted") return EXIT.interrupted;
  return complete < problems ? EXIT.incomplete : EXIT.answered;
}
