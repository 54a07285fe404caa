import { Command, Option } from "commander";
import { parseDuration } from "./parse-duration.ts";
import { parseNumber } from "./parse-number.ts";

export interface ServeFlags {
  upstream?: string[];
  host: string;
  port: number;
  coordinate?: boolean;
  progress: boolean;
  apiKeys?: string;
  /** False with `--no-auth`. */
  auth: boolean;
  cors?: string[];
  makeKey?: string;
  prices?: string;
  priceIn?: string;
  priceOut?: string;
  /** A path; false with `--no-journal`. */
  journal?: string | boolean;
  retention?: number;
  maxWidth?: number;
  maxMessages?: number;
  maxBody?: number;
  maxCalls?: number;
  maxWaiting?: number;
  maxWait?: number;
  concurrency?: number;
  keepAlive?: number;
  headerTimeout?: number;
  idleTimeout?: number;
  drain?: number;
  logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

const SERVE_HELP = `
Examples:
  $ pacore serve
      the embedded model, on http://127.0.0.1:8000/v1
  $ pacore serve --upstream http://localhost:9000/v1
      every model that the endpoint lists; add #model for one, a comma and another URL to balance
  $ pacore serve --make-key alice >> keys.json
  $ pacore serve --upstream https://api.example.com/v1#big --api-keys keys.json --host 0.0.0.0

Models:
  NAME            passed through, byte by byte
  NAME:high       coordinated: low [4], medium [16], high [32, 4]
  NAME@32,4       coordinated with these widths

$ curl http://127.0.0.1:8000/v1/chat/completions -H 'content-type: application/json' \\
    -d '{"model": "NAME:low", "messages": [{"role": "user", "content": "6 times 7?"}]}'

The first SIGTERM or Ctrl-C lets running requests end, a second one stops at once. Background responses go on
when the server is back. Traces: set OTEL_EXPORTER_OTLP_ENDPOINT.`;

/** `pacore serve`. Nothing but commander is loaded until it runs. */
export function serveCommand(): Command {
  const command = new Command("serve")
    .summary("serve models behind the OpenAI API")
    .description("Serve models behind the OpenAI API: chat completions and responses, plain or coordinated.")
    .addHelpText("after", SERVE_HELP);
  addOptions(command);
  return command.action(async (flags: ServeFlags) => {
    process.exitCode = await (await import("./run-server.ts")).runServer(flags);
  });
}

const COUNT = parseNumber({ least: 1, integer: true });

function addOptions(command: Command): void {
  const add = (heading: string, options: [string, string, ((text: string) => unknown)?, unknown?][]) => {
    for (const [flags, description, parse, fallback] of options) {
      const option = new Option(flags, description).helpGroup(heading);
      if (parse) option.argParser(parse);
      if (fallback !== undefined) option.default(fallback);
      command.addOption(option);
    }
  };
  add("Models:", [
    [
      "--upstream <ref...>",
      "URL[#model], provider:model or embedded[:directory]; several serve several models",
    ],
    ["--concurrency <count>", "most calls at once per endpoint", COUNT],
    ["--coordinate", "let reasoning_effort low, medium, high of plain model names choose the widths"],
    ["--no-progress", "do not tell hidden rounds' progress in streams"],
    ["--prices <file>", "prices of models, as JSON"],
    ["--price-in <amount>", "price of a million input tokens"],
    ["--price-out <amount>", "price of a million generated tokens"],
  ]);
  add("Access:", [
    ["--host <address>", "where to listen; beyond this machine only with keys", undefined, "127.0.0.1"],
    ["--port <number>", "0 takes a free one", parseNumber({ least: 0, most: 65_535, integer: true }), 8000],
    ["--api-keys <file>", "who may ask, and how much: see docs/server.md"],
    ["--no-auth", "listen beyond this machine without keys"],
    ["--cors <origin...>", "let web pages of these origins ask; with keys * is any (default: none)"],
    ["--make-key <id>", "print a new key and its entry for the file, and end"],
  ]);
  add("Limits:", [
    ["--max-width <count>", "trajectories of one round (default: 64)", COUNT],
    ["--max-messages <count>", "turns of a conversation (default: 2048)", COUNT],
    ["--max-body <bytes>", "of a request (default: 32M)", COUNT],
    ["--max-calls <count>", "upstream calls at once, of all requests (default: 2048)", COUNT],
    ["--max-waiting <count>", "requests that may wait for their turn (default: 256)", COUNT],
    ["--max-wait <duration>", "how long they may (default: 5m)", parseDuration],
    ["--header-timeout <duration>", "for a request's headers (default: 15s)", parseDuration],
    ["--idle-timeout <duration>", "for a connection without a request (default: 75s)", parseDuration],
    ["--keep-alive <duration>", "silence in a stream before a comment (default: 10s)", parseDuration],
    ["--drain <duration>", "how long SIGTERM waits for running requests (default: 10m)", parseDuration],
  ]);
  add("Output:", [["--retention <duration>", "how long responses are kept (default: 720h)", parseDuration]]);
  command.addOption(
    new Option("--journal <path>", "where responses and background runs are kept")
      .env("PACORE_JOURNAL")
      .helpGroup("Output:"),
  );
  command.addOption(new Option("--no-journal", "keep them in memory only").helpGroup("Output:"));
  command.addOption(
    new Option("--log-level <level>", "lines of JSON on stderr; no prompts, no keys")
      .choices(["debug", "info", "warn", "error", "silent"])
      .default("info")
      .helpGroup("Output:"),
  );
}
