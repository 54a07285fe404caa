import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { codeGraders } from "../../data/code-grader.ts";
import type { Grader } from "../../data/grade.ts";
import type { Problem } from "../../data/problem.ts";
import { InvalidOptionError } from "../../errors.ts";
import { isLoopback } from "../../server/auth/authenticate.ts";
import { type CodeRunner, openRunner, type Verifier } from "../../verify/index.ts";
import { checkToken, createToken } from "./access-token.ts";
import { openProblemFile, type ProblemFile, problemsInMemory } from "./problem-file.ts";
import { BodyReader } from "./read-body.ts";
import { rewardListener } from "./reward-routes.ts";
import { RewardService, type RewardServiceOptions } from "./reward-service.ts";
import { type EpisodeOptions, SynthesisEpisodes } from "./synthesis-episodes.ts";

export interface RewardServerOptions extends Omit<RewardServiceOptions, "problems" | "resources"> {
  /** Default: 127.0.0.1. */
  host?: string | undefined;
  /** Default: 0, a free one. */
  port?: number | undefined;
  /** In the path of every URL but /healthz. Default: none on loopback, a new one beyond it. */
  token?: string | undefined;
  /** The problems that labels name and do not carry: a data set, a pool, or problems at hand. */
  problems?: string | readonly Problem[] | undefined;
  /** For problems of kind judge. */
  judge?: Verifier | undefined;
  /** Where programs run. Default: what `PACORE_SANDBOX` names, opened if a problem needs it. */
  runner?: CodeRunner | undefined;
  /** Present: `reset` and `step` draw from this pool. */
  episodes?: EpisodeOptions | undefined;
  /** Of one post. Default: 64 MiB. */
  maxBodyBytes?: number | undefined;
  /** Of large bodies at once; others wait. Default: 512 MiB. */
  bodyBudgetBytes?: number | undefined;
  /** Told of failures that are the server's own. */
  onError?: ((error: unknown) => void) | undefined;
}

export interface RewardServer {
  /** `http://127.0.0.1:9100`, with the token, if there is one. */
  baseUrl: string;
  /** What an engine is given: `${baseUrl}/reward`. */
  url: string;
  port: number;
  token: string | undefined;
  problems: ProblemFile | undefined;
  /** Take nothing new, answer the posts in flight, close. */
  drain(): Promise<void>;
  /** Close now. */
  close(): Promise<void>;
}

/**
 * Serve rewards.
 * @throws {InvalidOptionError} for an option that cannot be used; {@link SandboxUnavailableError} if a problem is a program
 *   and nothing can run it; the system's error when the port is taken.
 */
export async function startRewardServer(options: RewardServerOptions = {}): Promise<RewardServer> {
  const { host = "127.0.0.1", port = 0, onError = () => {} } = options;
  const token = tokenFor(host, options.token);
  const { service, episodes, problems, release } = await openParts(options);
  const bodies = new BodyReader({
    maxBytes: options.maxBodyBytes ?? 64 << 20,
    budgetBytes: options.bodyBudgetBytes ?? 512 << 20,
  });
  const server = createServer({ noDelay: true, requestTimeout: 300_000, keepAliveTimeout: 75_000 });
  const listener = rewardListener({ service, episodes, bodies, token, onError });
  server.on("request", (incoming, outgoing) => void listener(incoming, outgoing));
  try {
    // A thousand posts come at once, each with a connection of its own.
    server.listen({ host, port, backlog: 4096 });
    await once(server, "listening");
  } catch (error) {
    await release();
    throw error;
  }
  const { port: taken } = server.address() as AddressInfo;
  const shown = host.includes(":") ? `[${host}]` : host;
  const baseUrl = `http://${shown}:${taken}${token === undefined ? "" : `/${token}`}`;
  const stop = stopping(server, service, release);
  return { baseUrl, url: `${baseUrl}/reward`, port: taken, token, problems, ...stop };
}

/** Everything behind the port; what was opened is closed again if the rest cannot be. */
async function openParts(options: RewardServerOptions) {
  const { judge, runner, episodes: drawn } = options;
  const closers: (() => Promise<void>)[] = [];
  const release = async () => {
    for (const close of closers.reverse()) await close();
  };
  try {
    const problems = await problemsOf(options.problems);
    if (problems) closers.push(() => problems.close());
    if (problems?.kinds.judge && !judge)
      throw new InvalidOptionError("judge", `${problems.kinds.judge} problems need a judge; name one.`);
    const sandbox = new LazySandbox(runner);
    closers.push(() => sandbox.close());
    if (problems?.kinds.code || hasPrograms(drawn)) await sandbox.open();
    const resources = { judge, code: (problem: Problem) => sandbox.grader(problem) };
    const service = await RewardService.open({ ...options, problems, resources });
    closers.push(() => service.close());
    const episodes = drawn && new SynthesisEpisodes(service, drawn);
    return { service, episodes, problems, release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function problemsOf(given: RewardServerOptions["problems"]): Promise<ProblemFile | undefined> {
  return typeof given === "string" ? await openProblemFile(given) : given && problemsInMemory(given);
}

function tokenFor(host: string, given: string | undefined): string | undefined {
  if (given !== undefined) return checkToken(given);
  return isLoopback(host) ? undefined : createToken();
}

const hasPrograms = (episodes: EpisodeOptions | undefined): boolean =>
  episodes?.entries.some(({ problem }) => problem.kind === "code") ?? false;

/** Opened with the first program, for a label may carry a small one. */
class LazySandbox {
  #runner: Promise<CodeRunner> | undefined;
  readonly #isOurs: boolean;

  constructor(given: CodeRunner | undefined) {
    this.#runner = given && Promise.resolve(given);
    this.#isOurs = given === undefined;
  }

  /** A failure is told to whoever asks, and tried again by the next. */
  open(): Promise<CodeRunner> {
    this.#runner ??= openRunner().catch((error) => {
      this.#runner = undefined;
      throw error;
    });
    return this.#runner;
  }

  grader(problem: Problem): Grader {
    let made: Grader | undefined;
    return {
      score: async (message, signal) => {
        made ??= codeGraders(await this.open())(problem);
        return made.score(message, signal);
      },
    };
  }

  async close(): Promise<void> {
    if (this.#isOurs) await (await this.#runner?.catch(() => undefined))?.close();
  }
}

function stopping(
  server: Server,
  service: RewardService,
  release: () => Promise<void>,
): Pick<RewardServer, "drain" | "close"> {
  const closed = once(server, "close");
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      server.close();
      server.closeAllConnections();
      await closed;
      await release();
    })();
    return closing;
  };
  const drain = async () => {
    server.close();
    server.closeIdleConnections();
    await service.idle();
    await close();
  };
  return { drain, close };
}
