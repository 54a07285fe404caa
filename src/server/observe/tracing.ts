import type { ServerLog } from "./log.ts";
import { type RunSpans, runSpans, type TracedRun, type TracingApi } from "./run-spans.ts";

export interface Tracing {
  startRun(run: TracedRun): RunSpans;
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
  const off = env.OTEL_SDK_DISABLED === "true" || env.OTEL_TRACES_EXPORTER === "none";
  if (off || !SWITCHES.some((name) => env[name])) return NO_TRACING;
  // Names that the compiler does not follow: the packages are optional.
  const [apiName, sdkName]: string[] = ["@opentelemetry/api", "@opentelemetry/sdk-node"];
  const api = (await import(apiName as string).catch(() => undefined)) as TracingApi | undefined;
  if (!api) {
    log.warn(
      "OTEL variables are set, but @opentelemetry/api is not installed: npm install @opentelemetry/api @opentelemetry/sdk-node",
    );
    return NO_TRACING;
  }
  const sdk = await startSdk(sdkName as string, log, env);
  // A collector that cannot be reached any more is no reason not to stop.
  const close = async () =>
    sdk?.shutdown().catch((error) => log.warn({ error: String(error) }, "last spans lost"));
  return tracingWith(api, close);
}

export function tracingWith(api: TracingApi, close: () => Promise<void>): Tracing {
  return { close, startRun: (run) => runSpans(api, run) };
}

interface NodeSdk {
  start(): void;
  shutdown(): Promise<void>;
}

async function startSdk(name: string, log: ServerLog, env: NodeJS.ProcessEnv): Promise<NodeSdk | undefined> {
  const loaded = (await import(name).catch(() => undefined)) as
    | { NodeSDK: new (options: { serviceName?: string }) => NodeSdk }
    | undefined;
  if (!loaded) {
    // Somebody else may have registered a provider (node --import …): the API finds it.
    log.info("@opentelemetry/sdk-node is not installed; spans go to whatever provider is registered.");
    return undefined;
  }
  try {
    const sdk = new loaded.NodeSDK(isNamed(env) ? {} : { serviceName: "pacore" });
    sdk.start();
    return sdk;
  } catch (error) {
    log.warn({ error: String(error) }, "@opentelemetry/sdk-node does not start; there are no traces.");
    return undefined;
  }
}

/** Has the operator given the service a name? Then it stays: a name in the options would go before it. */
function isNamed({ OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES = "" }: NodeJS.ProcessEnv): boolean {
  return Boolean(OTEL_SERVICE_NAME) || /(^|,)\s*service\.name\s*=/.test(OTEL_RESOURCE_ATTRIBUTES);
}
