export { type MemoryJournal, memoryJournal } from "./memory-journal.ts";
export {
  type Reply,
  type Script,
  type ScriptedCall,
  type ScriptedModel,
  scriptedModel,
} from "./scripted-model.ts";
export {
  type ScriptedFault,
  type ScriptedToolCall,
  startUpstream,
  type Upstream,
  type UpstreamOptions,
  type UpstreamReply,
  type UpstreamRequest,
  type UpstreamScript,
} from "./upstream.ts";
