import type { FetchFunction } from "@ai-sdk/provider-utils";
import { affinityOf, type Balancer } from "./balance.ts";
import { streamChat } from "./call-chat.ts";
import { readChatRequest } from "./chat-request.ts";
import type { Transport } from "./transport.ts";
import { withEndpoint } from "./with-endpoint.ts";

/** A `fetch` for streams from any of several endpoints. The URL it is given does not matter; keys are added below. */
export function balancedFetch(transport: Transport, balancer: Balancer): FetchFunction {
  return async (_url, init) => {
    const request = readChatRequest(init);
    const { signal } = request;
    return withEndpoint(
      balancer,
      { affinity: affinityOf(balancer, request.body), signal, patienceMs: balancer.patienceMs },
      async (endpoint) => {
        const { response, ended } = await streamChat(transport, endpoint, request);
        return { value: response, ended };
      },
    );
  };
}
