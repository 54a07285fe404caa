import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { StartRewards } from "../cluster/openrlhf/openrlhf-engine.ts";
import { floatJson, floatsJson } from "../cluster/reward/float-json.ts";
import type { ProblemFile } from "../cluster/reward/problem-file.ts";
import type { Reward } from "../cluster/reward/reward.ts";
import { RewardScorer } from "../cluster/reward/scorer.ts";
import type { Problem } from "../data/problem.ts";
import { codeGrader } from "./eval-code.ts";

/** The reward server of a run's own problems, behind a token that is new each time. */
export async function rewardsOver(problems: readonly Problem[]): Promise<StartRewards> {
  const code = await codeGrader(problems);
  const known = inMemory(problems);
  return async ({ environment, host, port }) => {
    const { cutOffReward } = environment.options;
    const scorer = new RewardScorer({ problems: known, resources: { code }, cutOffReward });
    const path = `/${randomBytes(16).toString("hex")}`;
    const server = createServer((request, response) => {
      answer(scorer, path, request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, backlog: 4096 }, resolve);
    });
    const name = host.includes(":") ? `[${host}]` : host;
    return {
      url: `http://${name}:${(server.address() as AddressInfo).port}${path}`,
      [Symbol.asyncDispose]: async () => {
        server.close();
        server.closeAllConnections();
      },
    };
  };
}

function inMemory(problems: readonly Problem[]): ProblemFile {
  const byId = new Map(problems.map((problem) => [problem.id, problem]));
  return { kinds: {}, rejected: [], find: async (id) => byId.get(id), close: async () => {} };
}

interface Post {
  query: string[];
  prompts: string[];
  labels: string[];
}

async function answer(
  scorer: RewardScorer,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "POST" || request.url !== path) {
    response.writeHead(404).end();
    return;
  }
  const { query, prompts, labels } = (await json(request)) as Post;
  const rewards = await Promise.all(
    query.map((text, i) => scorer.score({ query: text, prompt: prompts[i] ?? "", label: labels[i] ?? "" })),
  );
  const [only] = rewards;
  const body =
    only && rewards.length === 1 ? one(only) : `{"rewards":${list(rewards)},"scores":${list(rewards)}}`;
  response.setHeader("content-type", "application/json").end(body);
}

/** OpenRLHF posts a sample at a time, and reads bare numbers: all floats, for an integer would end its run. */
function one({ reward, outcome, label, value = 0 }: Reward): string {
  const wrongAlone = label !== undefined && label.messages > 0 && label.right === 0;
  const logs = floatsJson({
    acc: Number(value === 1),
    messages: label?.messages ?? 0,
    unscored: Number(outcome === "unscored"),
    verifier_error: Number(outcome === "error"),
    emergent: wrongAlone ? value : 0,
    emergent_case: Number(wrongAlone && outcome !== "unscored" && outcome !== "error"),
  });
  return `{"rewards":${floatJson(reward)},"scores":${floatJson(reward)},"extra_logs":${logs}}`;
}

const list = (rewards: readonly Reward[]): string =>
  `[${rewards.map(({ reward }) => floatJson(reward)).join(",")}]`;
