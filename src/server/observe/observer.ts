import type { CoordinationEvent } from "../../core/events.ts";
import { redact } from "../../core/redact.ts";
import type { TokenUsage } from "../../core/usage.ts";
import { toApiError } from "../errors/to-api-error.ts";
import type { ServerLog } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { RunSpans, TracedRun } from "./run-spans.ts";
import type { Tracing } from "./tracing.ts";

export interface WatchedRun extends TracedRun {
  keyId: string | undefined;
}

export interface RunWatch {
  /** Its turn in the queue has come. */
  started(): void;
  saw(event: CoordinationEvent): void;
  ended(used: TokenUsage): void;
  failed(error: unknown, used: TokenUsage, aborted: boolean): void;
}

/** Metrics, log and traces of runs, in one place. Nothing of it holds a prompt, an answer or a key. */
export class Observer {
  readonly metrics: Metrics;
  readonly log: ServerLog;
  readonly tracing: Tracing;

  constructor(metrics: Metrics, log: ServerLog, tracing: Tracing) {
    this.metrics = metrics;
    this.log = log;
    this.tracing = tracing;
  }

  startRun(run: WatchedRun): RunWatch {
    const { metrics, log } = this;
    const { runId, keyId, model, widths } = run;
    const enteredAt = performance.now();
    let startedAt: number | undefined;
    let spans: RunSpans | undefined;
    const end = (outcome: "answered" | "failed" | "cancelled", used: TokenUsage) => {
      const seconds = (performance.now() - (startedAt ?? enteredAt)) / 1000;
      metrics.runs.add({ model, outcome });
      metrics.spent(model, used);
      if (startedAt !== undefined) {
        metrics.runEnded();
        metrics.runSeconds.observe({ model }, seconds);
      }
      return { runId, keyId, model, widths, outcome, seconds: Number(seconds.toFixed(3)), ...tokensOf(used) };
    };
    return {
      started: () => {
        startedAt = performance.now();
        metrics.runStarted();
        metrics.queueSeconds.observe({ model }, (startedAt - enteredAt) / 1000);
        spans = this.tracing.startRun(run);
        log.debug({ runId, keyId, model, widths }, "run started");
      },
      saw: (event) => {
        spans?.saw(event);
        if (event.type === "trajectory-end" && !event.replayed) {
          metrics.trajectories.add({ model, outcome: event.trajectory.outcome });
        }
      },
      ended: (used) => {
        spans?.end(used);
        log.info(end("answered", used), "run answered");
      },
      failed: (error, used, aborted) => {
        const outcome = aborted ? "cancelled" : "failed";
        const shown = toApiError(error);
        spans?.end(used, shown.code ?? shown.type);
        const line = end(outcome, used);
        if (aborted) log.info(line, "run cancelled");
        else log.warn({ ...line, status: shown.status, error: causesOf(error) }, "run failed");
      },
    };
  }
}

function tokensOf({ input, output }: TokenUsage) {
  return { inputTokens: input, outputTokens: output };
}

/** What failed, for the log: messages down the chain of causes, without secrets. */
export function causesOf(error: unknown): string {
  const messages: string[] = [];
  for (let at = error; at instanceof Error && messages.length < 5; at = at.cause) messages.push(at.message);
  return redact(messages.join(" ← ") || String(error));
}
