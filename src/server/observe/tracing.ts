import type { CoordinationEvent } from "../../core/events.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import type { ServerLog } from "./log.ts";

/** The little of `@opentelemetry/api` that is used; the package is optional, so its types are not at hand. */
export interface TracingApi {
  trace: {
    getTracer(name: string): {
      startSpan(name: string, options: SpanOptions, context?: unknown): Span;
    };
    setSpan(context: unknown, span: Span): unknown;
  };
  context: { active(): unknown };
  propagation?: { extract(context: unknown, carrier: Record<string, string>): unknown };
}

interface SpanOptions {
  kind: number;
  attributes: Record<string, unknown>;
  startTime?: number;
}

interface Span {
  setAttributes(attributes: Record<string, unknown>): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  end(endTime?: number): void;
}

const KIND = { internal: 0, server: 1, client: 2 } as const;
const STATUS_ERROR = 2;

interface RunSpans {
  saw(event: CoordinationEvent): void;
  end(error?: string): void;
}

export interface Tracing {
  startRun(run: { runId: string; model: string; widths: readonly number[] }): RunSpans;
  close(): Promise<void>;
}

const NO_SPANS: RunSpans = { saw() {}, end() {} };
const NO_TRACING: Tracing = { startRun: () => NO_SPANS, close: async () => {} };

const SWITCHES = [
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  "OTEL_TRACES_EXPORTER",
];

/**
 * Traces in OpenTelemetry's GenAI conventions, when its variables are set; without them nothing is even loaded.
 * `@opentelemetry/api` makes the spans, `@opentelemetry/sdk-node` (if it is there) exports them.
 */
export async function createTracing(log: ServerLog, env: NodeJS.ProcessEnv = process.env): Promise<Tracing> {
  if (env.OTEL_SDK_DISABLED === "true" || !SWITCHES.some((name) => env[name])) return NO_TRACING;
  // Names that the compiler does not follow: the packages are optional.
  const [apiName, sdkName]: string[] = ["@opentelemetry/api", "@opentelemetry/sdk-node"];
  const api = (await import(apiName as string).catch(() => undefined)) as TracingApi | undefined;
  if (!api) {
    log.warn(
      "OTEL variables are set, but @opentelemetry/api is not installed: npm install @opentelemetry/api @opentelemetry/sdk-node",
    );
    return NO_TRACING;
  }
  const sdk = await startSdk(sdkName as string, log);
  return tracingWith(api, async () => sdk?.shutdown());
}

interface NodeSdk {
  start(): void;
  shutdown(): Promise<void>;
}

async function startSdk(name: string, log: ServerLog): Promise<NodeSdk | undefined> {
  try {
    const { NodeSDK } = (await import(name)) as { NodeSDK: new () => NodeSdk };
    const sdk = new NodeSDK();
    sdk.start();
    return sdk;
  } catch {
    // Somebody else may have registered a provider (node --import …): the API finds it.
    log.info("@opentelemetry/sdk-node is not installed; spans go to whatever provider is registered.");
    return undefined;
  }
}

/** One span a run, a round, a trajectory. No prompt and no answer is in any of them. */
export function tracingWith(api: TracingApi, close: () => Promise<void>): Tracing {
  const tracer = api.trace.getTracer("pacore");
  return {
    close,
    startRun({ runId, model, widths }) {
      const root = tracer.startSpan(
        `invoke_agent pacore`,
        {
          kind: KIND.internal,
          attributes: {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "pacore",
            "gen_ai.request.model": model,
            "pacore.run.id": runId,
            "pacore.widths": [...widths],
          },
        },
        api.context.active(),
      );
      const below = (span: Span) => api.trace.setSpan(api.context.active(), span);
      const rounds = new Map<number, Span>();
      const endRounds = () => {
        for (const span of rounds.values()) span.end();
        rounds.clear();
      };
      return {
        saw(event) {
          if (event.type === "round-start") {
            const attributes = {
              "pacore.round": event.round,
              "pacore.width": event.width,
              "pacore.final": event.final,
            };
            const options = { kind: KIND.internal, attributes };
            rounds.set(event.round, tracer.startSpan(`round ${event.round}`, options, below(root)));
          } else if (event.type === "trajectory-end" && !event.replayed) {
            const parent = rounds.get(event.trajectory.round) ?? root;
            const span = tracer.startSpan(...trajectorySpan(event.trajectory), below(parent));
            endTrajectory(span, event.trajectory);
          } else if (event.type === "round-end") {
            rounds.get(event.round)?.end();
            rounds.delete(event.round);
          } else if (event.type === "finish") {
            const { tokens } = event.result.receipt;
            root.setAttributes({
              "gen_ai.usage.input_tokens": tokens.input,
              "gen_ai.usage.output_tokens": tokens.output,
            });
          }
        },
        end(error) {
          endRounds();
          if (error !== undefined) {
            root.setAttributes({ "error.type": error });
            root.setStatus({ code: STATUS_ERROR, message: error });
          }
          root.end();
        },
      };
    },
  };
}

function trajectorySpan({ modelId, round, index, attempt, startedAt }: Trajectory): [string, SpanOptions] {
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": modelId,
    "pacore.round": round,
    "pacore.index": index,
    "pacore.attempt": attempt,
  };
  return [`chat ${modelId}`, { kind: KIND.client, attributes, startTime: startedAt }];
}

function endTrajectory(
  span: Span,
  { usage, finishReason, outcome, startedAt, durationMs }: Trajectory,
): void {
  span.setAttributes({
    "gen_ai.usage.input_tokens": usage.input,
    "gen_ai.usage.output_tokens": usage.output,
    "gen_ai.response.finish_reasons": [finishReason.unified],
    "pacore.outcome": outcome,
  });
  if (outcome === "failed") span.setStatus({ code: STATUS_ERROR, message: outcome });
  span.end(startedAt + durationMs);
}
