import type { CoordinationEvent } from "../../core/events.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import type { TokenUsage } from "../../core/usage.ts";
import type { TraceCarrier } from "../http/client.ts";

/** The little of `@opentelemetry/api` that is used; the package is optional, so its types are not at hand. */
export interface TracingApi {
  trace: {
    getTracer(name: string): Tracer;
    setSpan(context: unknown, span: Span): unknown;
  };
  context: { active(): unknown };
  propagation: { extract(context: unknown, carrier: TraceCarrier): unknown };
}

interface Tracer {
  startSpan(name: string, options: SpanOptions, context?: unknown): Span;
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

const KIND = { internal: 0, client: 2 } as const;
const STATUS_ERROR = 2;

export interface TracedRun {
  runId: string;
  model: string;
  /** Who serves the model, as `gen_ai.provider.name` has it. */
  provider: string;
  widths: readonly number[];
  /** One call of the client's own, passed on: it is the call, not a run around it. */
  passedThrough?: boolean;
  /** The caller's own span. */
  trace?: TraceCarrier | undefined;
}

export interface RunSpans {
  saw(event: CoordinationEvent): void;
  end(used: TokenUsage, error?: string): void;
}

/** One span a run, a round, a trajectory. No prompt and no answer is in any of them. */
export function runSpans(api: TracingApi, run: TracedRun): RunSpans {
  const tracer = api.trace.getTracer("pacore");
  const active = api.context.active();
  const parent = run.trace ? api.propagation.extract(active, run.trace) : active;
  const root = tracer.startSpan(...rootSpan(run), parent);
  const below = (span: Span) => api.trace.setSpan(parent, span);
  const rounds = new Map<number, ReturnType<typeof roundSpan>>();
  const endRound = (round: number) => {
    rounds.get(round)?.(Date.now()).end();
    rounds.delete(round);
  };
  return {
    saw(event) {
      if (event.type === "round-start") {
        rounds.set(
          event.round,
          roundSpan(event, (name, options) => tracer.startSpan(name, options, below(root))),
        );
      } else if (event.type === "trajectory-end" && !event.replayed) {
        const { trajectory } = event;
        const above = rounds.get(trajectory.round)?.(trajectory.startedAt) ?? root;
        const span = tracer.startSpan(...trajectorySpan(trajectory, run.provider), below(above));
        endTrajectory(span, trajectory);
      } else if (event.type === "round-end") endRound(event.round);
    },
    end(used, error) {
      for (const round of [...rounds.keys()]) endRound(round);
      root.setAttributes(usageOf(used));
      if (error !== undefined) {
        root.setAttributes({ "error.type": error });
        root.setStatus({ code: STATUS_ERROR, message: error });
      }
      root.end();
    },
  };
}

function rootSpan({ runId, model, provider, widths, passedThrough }: TracedRun): [string, SpanOptions] {
  const attributes = { "gen_ai.request.model": model, "pacore.run.id": runId };
  if (passedThrough) {
    const call = { "gen_ai.operation.name": "chat", "gen_ai.provider.name": provider };
    return [`chat ${model}`, { kind: KIND.client, attributes: { ...call, ...attributes } }];
  }
  const agent = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.provider.name": "pacore",
    "gen_ai.agent.name": "pacore",
    "pacore.widths": [...widths],
  };
  return ["invoke_agent pacore", { kind: KIND.internal, attributes: { ...agent, ...attributes } }];
}

/**
 * A round's span, begun when its first call has ended: the event of its start comes later than its first calls
 * began, and no span may begin before the one above it.
 */
function roundSpan(
  { round, width, final }: Extract<CoordinationEvent, { type: "round-start" }>,
  start: (name: string, options: SpanOptions) => Span,
): (firstCallAt: number) => Span {
  const toldAt = Date.now();
  const attributes = { "pacore.round": round, "pacore.width": width, "pacore.final": final };
  let span: Span | undefined;
  return (firstCallAt) => {
    const startTime = Math.min(toldAt, firstCallAt);
    span ??= start(`round ${round}`, { kind: KIND.internal, attributes, startTime });
    return span;
  };
}

function trajectorySpan(
  { modelId, round, index, attempt, startedAt }: Trajectory,
  provider: string,
): [string, SpanOptions] {
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": provider,
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
    ...usageOf(usage),
    "gen_ai.response.finish_reasons": [finishReason.unified],
    "pacore.outcome": outcome,
  });
  if (outcome === "failed") {
    span.setAttributes({ "error.type": "_OTHER" });
    span.setStatus({ code: STATUS_ERROR, message: outcome });
  }
  span.end(startedAt + durationMs);
}

function usageOf({ input, output }: TokenUsage) {
  return { "gen_ai.usage.input_tokens": input, "gen_ai.usage.output_tokens": output };
}
