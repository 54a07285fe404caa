import { startServer } from "../../src/server/index.ts";

// A server to be killed: `serve-worker.ts UPSTREAM JOURNAL`; prints its URL.
const [upstream, journal] = process.argv.slice(2) as [string, string];
const server = await startServer({ upstreams: [upstream], journal, port: 0, log: "silent" });
process.stdout.write(`${server.url}\n`);
