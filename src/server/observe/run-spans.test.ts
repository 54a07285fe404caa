import { expect, test } from "vitest";
import type { CoordinationEvent } from "../../core/events.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { NO_USAGE } from "../../core/usage.ts";
import { runSpans, type TracedRun, type TracingApi } from "./run-spans.ts";

interface Seen {
  name: string;
  parent: unknown;
  kind: number;
  startTime?: number;
  attributes: Record<string, unknown>;
  status?: object;
  ended: boolean;
}

/** OpenTelemetry's API as far as it is used; a context is the name of its span. */
function recorder() {
  const spans: Seen[] = [];
  const api: TracingApi = {
    trace: {
      getTracer: () => ({
        startSpan(name, options, parent) {
          const seen: Seen = {
            ...options,
            name,
            parent,
            attributes: { ...options.attributes },
            ended: false,
          };
          spans.push(seen);
          return Object.assign(seen, {
            setAttributes: (more: object) => Object.assign(seen.attributes, more),
            setStatus: (status: object) => Object.assign(seen, { status }),
            end: () => Object.assign(seen, { ended: true }),
          });
        },
      }),
      setSpan: (_, span) => (span as unknown as Seen).name,
    },
    context: { active: () => "active" },
    propagation: { extract: (_, { traceparent }) => traceparent },
  };
  return { api, spans };
}

const run: TracedRun = { runId: "r", model: "m", provider: "openai", widths: [2] };
const used = { ...NO_USAGE, input: 7, output: 5 };
const roundStart: CoordinationEvent = {
  type: "round-start",
  round: 1,
  width: 2,
  final: false,
  messages: 0,
  promptTokens: 1,
};

test("a call that is passed on is one span, of the client's kind, with its usage", () => {
  const { api, spans } = recorder();
  runSpans(api, { ...run, widths: [], passedThrough: true }).end(used);
  expect(spans).toHaveLength(1);
  expect(spans[0]).toMatchObject({ name: "chat m", kind: 2, parent: "active", ended: true });
  expect(spans[0]?.attributes).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.usage.input_tokens": 7,
    "gen_ai.usage.output_tokens": 5,
  });
});

test("a caller's trace goes on in the run's", () => {
  const { api, spans } = recorder();
  runSpans(api, { ...run, trace: { traceparent: "00-caller" } }).end(used);
  expect(spans[0]).toMatchObject({ name: "invoke_agent pacore", parent: "00-caller" });
});

test("a round begins no later than its calls, and ends with a run that fails", () => {
  const { api, spans } = recorder();
  const tracing = runSpans(api, run);
  const startedAt = Date.now() - 1000;
  const trajectory = {
    modelId: "m",
    round: 1,
    index: 0,
    attempt: 0,
    outcome: "failed",
    finishReason: { unified: "error", raw: undefined },
    usage: NO_USAGE,
    startedAt,
    durationMs: 500,
  } as unknown as Trajectory;
  tracing.saw(roundStart);
  tracing.saw({ type: "trajectory-end", trajectory, replayed: false });
  tracing.end(used, "run_failed");
  const [root, round, call] = spans;
  expect(round).toMatchObject({ name: "round 1", startTime: startedAt, ended: true });
  expect(call).toMatchObject({ name: "chat m", parent: "round 1", ended: true, status: { code: 2 } });
  expect(root).toMatchObject({
    ended: true,
    status: { code: 2 },
    attributes: { "error.type": "run_failed" },
  });
});
