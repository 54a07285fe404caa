import type { FetchFunction } from "@ai-sdk/provider-utils";
import { affinityOf, type Balancer } from "./balance.ts";
import { callChat } from "./call-chat.ts";
import { readChatRequest } from "./chat-request.ts";
import type { Transport } from "./transport.ts";
import { withEndpoint } from "./with-endpoint.ts";

/** A collapsing fetch over several endpoints. The URL it is given does not matter; keys are added here. */
export function balancedFetch(transport: Transport, balancer: Balancer, endpoints: number): FetchFunction {
  return async (_url, init) => {
    const request = readChatRequest(init);
    const affinity = endpoints > 1 ? affinityOf(request.body) : "";
    return withEndpoint(balancer, { affinity, signal: request.signal }, async (endpoint) => {
      const { response, ended } = await callChat(transport, endpoint, request);
      return { value: response, ended };
    });
  };
}
