/** Posts as an engine sends them: as cheap a client as can be, for it has to outrun the server on one core. */
import { connect, type Socket } from "node:net";

export interface LoadOptions {
  url: string;
  posts: number;
  /** At once. */
  concurrency: number;
  /** OpenRLHF opens a connection a post. */
  keepAlive: boolean;
  /** The body of post i, and the reward it has to get. */
  body: (i: number) => { json: string; reward: string };
}

export interface LoadFigures {
  seconds: number;
  /** Posts without an answer of 200 with the reward they should have. */
  failed: number;
  /** Milliseconds from connecting to the whole answer. */
  latencies: Float64Array;
}

export async function load({ url, posts, concurrency, keepAlive, body }: LoadOptions): Promise<LoadFigures> {
  const { hostname, port, pathname } = new URL(url);
  const latencies = new Float64Array(posts);
  let next = 0;
  let failed = 0;
  const lane = async () => {
    let socket: Socket | undefined;
    while (next < posts) {
      const i = next++;
      const { json, reward } = body(i);
      const head = `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n${keepAlive ? "" : "Connection: close\r\n"}\r\n`;
      const startedAt = performance.now();
      if (!socket || socket.destroyed || !keepAlive)
        socket = connect({ port: Number(port), host: hostname, noDelay: true });
      const answer = await exchange(socket, head + json).catch((error: Error) => `error ${error.message}`);
      latencies[i] = performance.now() - startedAt;
      if (!keepAlive) socket.destroy();
      if (!answer.startsWith("HTTP/1.1 200") || !answer.includes(`{"rewards":${reward},`)) {
        if (failed++ < 3) process.stderr.write(`post ${i}: wanted ${reward}, got ${answer.slice(0, 300)}\n`);
        socket.destroy();
      }
    }
    socket?.destroy();
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: concurrency }, lane));
  return { seconds: (performance.now() - startedAt) / 1000, failed, latencies: latencies.sort() };
}

/** One answer, read until its length says that it is whole. */
function exchange(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const done = (settle: () => void) => {
      socket.removeAllListeners("data");
      socket.removeAllListeners("error");
      socket.removeAllListeners("close");
      settle();
    };
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (end >= 0 && text.length >= end + 4 + length) done(() => resolve(text));
    });
    socket.on("error", (error) => done(() => reject(error)));
    socket.on("close", () => done(() => reject(new Error("closed"))));
    socket.write(request);
  });
}
