import { once } from "node:events";
import type { EpisodeOptions, RewardServer, RewardServerOptions } from "../cluster/index.ts";
import { messageOf } from "../core/attempt.ts";
import { Meter } from "../core/meter.ts";
import type { PoolEntry } from "../train/pool/pool-entry.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { catchInterrupts } from "./interrupt.ts";
import { judgeOf, present } from "./model-options.ts";
import { existingPool } from "./pool-argument.ts";
import type { RewardServeFlags } from "./reward.ts";

const SHOWN = 10;
const TOKEN = "PACORE_REWARD_TOKEN";

/** `pacore reward serve`: until a signal says otherwise. */
export async function rewardServe(flags: RewardServeFlags): Promise<ExitCode> {
  const { startRewardServer } = await import("../cluster/index.ts");
  const given = process.env[TOKEN] || undefined;
  using interrupt = catchInterrupts();
  const server = await startRewardServer({ ...(await optionsOf(flags)), token: given });
  announce(server, { isGiven: given !== undefined, hasPool: flags.pool !== undefined });
  if (!interrupt.signal.aborted) await once(interrupt.signal, "abort");
  process.stderr.write("Posts in flight are answered; once more to stop at once.\n");
  await server.drain();
  return EXIT.answered;
}

async function optionsOf(flags: RewardServeFlags): Promise<RewardServerOptions> {
  const { host, port, problems, endToken, judgeModel, judgeVotes, pool, log } = flags;
  return {
    host,
    port,
    ...(endToken.length > 0 && { endTokens: endToken }),
    cutOffReward: flags.cutOff,
    unscoredReward: flags.unscored,
    errorReward: flags.verifierError,
    ...present({
      problems,
      log,
      logResponses: flags.logResponses,
      maxBytes: flags.logMax,
      concurrency: flags.concurrency,
      verifyTimeoutMs: flags.verifyTimeout,
      answerWithinMs: flags.answerWithin,
      maxBodyBytes: flags.maxBody,
    }),
    ...(judgeModel !== undefined && { judge: await judgeOf(judgeModel, judgeVotes, new Meter()) }),
    ...(pool !== undefined && { episodes: await episodesOf(pool, flags) }),
    onError: (error) => process.stderr.write(`pacore: a post failed: ${messageOf(error)}\n`),
  };
}

async function episodesOf(
  pool: string,
  { seed, messages, instances }: RewardServeFlags,
): Promise<EpisodeOptions> {
  const { readPool } = await import("../train/pool/pool-entry.ts");
  const entries: PoolEntry[] = [];
  const onRejected = ({ file, line, reason }: { file: string; line: number; reason: string }) =>
    process.stderr.write(`${file}:${line}: ${reason}\n`);
  for await (const entry of readPool(await existingPool(pool), { onRejected })) entries.push(entry);
  const [messagesMin, messagesMax] = messages;
  return { entries, seed, instances, messagesMin, messagesMax };
}

/** A token that somebody chose is not shown again; one that was made has to be. */
function announce({ url, baseUrl, token, problems }: RewardServer, { isGiven, hasPool }: Announced): void {
  const shown = (text: string) => (isGiven && token !== undefined ? text.replace(token, `$${TOKEN}`) : text);
  const kinds = Object.entries(problems?.kinds ?? {}).map(([kind, count]) => `${count} ${kind}`);
  for (const { file, line, reason } of problems?.rejected.slice(0, SHOWN) ?? [])
    process.stderr.write(`${file}:${line}: ${reason}\n`);
  const left = problems?.rejected.length ?? 0;
  if (left > 0) process.stderr.write(`Left out, for they are no problems: ${left}.\n`);
  if (kinds.length > 0) process.stdout.write(`Problems: ${kinds.join(", ")}\n`);
  process.stdout.write(`Rewards on ${shown(url)}\n`);
  if (hasPool) process.stdout.write(`Environment on ${shown(baseUrl)}/reset and /step\n`);
}

interface Announced {
  isGiven: boolean;
  hasPool: boolean;
}
