import type { StartRewards } from "../cluster/openrlhf/openrlhf-engine.ts";
import { createToken } from "../cluster/reward/access-token.ts";
import { startRewardServer } from "../cluster/reward/start-reward-server.ts";
import type { Problem } from "../data/problem.ts";
import { openRunner } from "../verify/code/open-runner.ts";

/**
 * The reward server of a run's own problems, behind a token that is new each time, on loopback too: other users of a
 * cluster's nodes are not asked.
 * @throws {SandboxUnavailableError} now, and not when a model has been loaded.
 */
export async function rewardsOver(problems: readonly Problem[]): Promise<StartRewards> {
  const runner = problems.some(({ kind }) => kind === "code") ? await openRunner() : undefined;
  return async ({ environment, host, port, log }) => {
    const { cutOffReward } = environment.options;
    const token = createToken();
    const server = await startRewardServer({ problems, runner, host, port, log, token, cutOffReward });
    return { url: server.url, [Symbol.asyncDispose]: () => server.drain() };
  };
}
