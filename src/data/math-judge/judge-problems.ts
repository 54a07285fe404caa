import { mapInOrder } from "../../core/map-in-order.ts";
import { InvalidOptionError } from "../../errors.ts";
import { readVerdict } from "../../verify/judge.ts";
import type { AskedItem } from "../asking/asked-item.ts";
import { Asking, type AskingOptions } from "../asking/asking.ts";
import { LineFile } from "../line-file.ts";
import type { Problem } from "../problem.ts";
import { fitnessPromptOf } from "./fitness.ts";
import { type JudgeReport, JudgeSums } from "./judge-report.ts";

/** What becomes of a vote without a verdict: it is one against, or leaves the problem undecided. */
export const UNPARSABLE_POLICIES = ["against", "undecided"] as const;
export type UnparsablePolicy = (typeof UNPARSABLE_POLICIES)[number];

/** `unparsable`: an answer without a verdict, or none because it was cut off. */
export type Vote = "fit" | "unfit" | "unparsable";

/** What became of one problem. */
export interface Judged {
  id: string;
  /** null: undecided, the next life asks again or a policy says so. */
  kept: boolean | null;
  /** What a rule found, before a vote was asked. */
  rule?: string;
  votes: Vote[];
  /** For people: why it is undecided. */
  detail?: string;
  /** What people say of it, if anybody does. */
  label?: boolean;
}

export interface JudgeProblemsOptions extends Omit<AskingOptions, "what" | "identity"> {
  /** One after the other: a data set may be larger than the memory. */
  problems: AsyncIterable<{ problem: Problem; label?: boolean | undefined }>;
  /** The problems that are kept. Its journal is beside it, with `.db` behind its name. */
  out: string;
  /** Where the votes of each problem go, a JSON line each. */
  votesOut: string;
  /** Votes a problem. */
  votes?: number | undefined;
  /** Votes for that keep it. Default: all. */
  agree?: number | undefined;
  unparsable?: UnparsablePolicy | undefined;
  /** What can be told without a model: the first fault found. Such a problem is not asked about. */
  rule?: ((problem: Problem) => string | undefined) | undefined;
  onProgress?: ((figures: { ended: number; kept: number; tokens: number }) => void) | undefined;
}

/** The paper's (Appendix C.1). */
const VOTES = 4;
const MOST_VOTES = 64;
/** Changes with the prompt: votes on another question are of no use. */
const PROMPT = 1;

/**
 * Ask a model `votes` times whether a problem is fit for training, and keep it if `agree` of the votes say so
 * (Appendix C.1: four of four). Votes are in the journal before they count: with the same `out` only missing ones are
 * asked, more votes go on with those that are there, and another `agree` asks nothing.
 * @throws {InvalidOptionError} {@link JournalError} {@link UpstreamDownError}
 */
export async function judgeProblems(options: JudgeProblemsOptions): Promise<JudgeReport> {
  const { votes = VOTES, agree = votes, out } = options;
  if (!(Number.isInteger(votes) && votes >= 1 && votes <= MOST_VOTES))
    throw new InvalidOptionError("votes", `${votes} is not an integer from 1 to ${MOST_VOTES}.`);
  if (!(Number.isInteger(agree) && agree >= 1 && agree <= votes))
    throw new InvalidOptionError(
      "agree",
      `${agree} is not an integer from 1 to the number of votes, ${votes}.`,
    );
  const asking = await Asking.open(`${out}.db`, {
    ...options,
    what: "judgements",
    identity: { prompt: PROMPT },
  });
  try {
    const sums = await judgeAll(asking, { ...options, votes, agree });
    const { spent, money, end } = asking;
    return sums.report({ votes, agree, spent, money, end });
  } finally {
    await asking.close();
  }
}

type Settings = JudgeProblemsOptions & { votes: number; agree: number };

async function judgeAll(asking: Asking, options: Settings): Promise<JudgeSums> {
  const { problems, out, votesOut, votes, onProgress } = options;
  const sums = new JudgeSums();
  const [kept, listed] = [await LineFile.create(out), await LineFile.create(votesOut)];
  try {
    const judge = (given: { problem: Problem; label?: boolean | undefined }) =>
      judged(asking, given, options);
    // A problem has several calls in flight.
    const atOnce = Math.max(1, Math.ceil(asking.concurrency / votes));
    for await (const { problem, result } of mapInOrder(problems, atOnce, judge)) {
      sums.add(result);
      await listed.write(JSON.stringify(result));
      if (result.kept) await kept.write(JSON.stringify(problem));
      onProgress?.({ ended: sums.ended, kept: sums.kept, tokens: asking.spent.output });
    }
    asking.throwIfFatal();
    if (sums.ended === 0) throw new InvalidOptionError("data", "has no problem that can be used.");
    await listed.finish();
    await kept.finish();
    return sums;
  } catch (error) {
    await Promise.all([kept.discard(), listed.discard()]);
    throw error;
  }
}

async function judged(
  asking: Asking,
  { problem, label }: { problem: Problem; label?: boolean | undefined },
  { votes: count, agree, unparsable = "against", rule }: Settings,
): Promise<{ problem: Problem; result: Judged }> {
  const base = { id: problem.id, ...(label !== undefined && { label }) };
  const fault = rule?.(problem);
  if (fault !== undefined) return { problem, result: { ...base, kept: false, rule: fault, votes: [] } };
  try {
    const { votes, detail } = await votesOn(asking, problem, count);
    const undecided =
      votes.length < count
        ? (detail ?? "not asked")
        : unparsable === "undecided" && votes.includes("unparsable") && "a vote without a verdict";
    if (undecided) return { problem, result: { ...base, kept: null, votes, detail: undecided } };
    const kept = votes.filter((vote) => vote === "fit").length >= agree;
    return { problem, result: { ...base, kept, votes } };
  } catch (error) {
    // Told once, when all that runs is over.
    asking.stop(error);
    return { problem, result: { ...base, kept: null, votes: [], detail: "stopped" } };
  }
}

/** The votes that could be had, in their order. */
async function votesOn(
  asking: Asking,
  problem: Problem,
  count: number,
): Promise<{ votes: Vote[]; detail: string | undefined }> {
  const prompt = [
    { role: "user" as const, content: [{ type: "text" as const, text: fitnessPromptOf(problem) }] },
  ];
  const item: AskedItem = await asking.item(problem.id, prompt, [MOST_VOTES]);
  const asked = await Promise.all(
    Array.from({ length: count }, (_, index) => item.ask({ round: 1, index }, prompt)),
  );
  const votes = asked.flatMap((one): Vote[] => {
    if (one.kind === "message") return [voteIn(one.text)];
    return one.kind === "cut-off" ? ["unparsable"] : [];
  });
  const failed = asked.find((one) => one.kind === "failed");
  return { votes, detail: failed?.kind === "failed" ? failed.reason : undefined };
}

function voteIn(text: string): Vote {
  const { verdict } = readVerdict(text);
  if (verdict === "failed") return "unparsable";
  return verdict === "right" ? "fit" : "unfit";
}
