import { createTurns, type Turns } from '../../base/turns.ts'
import type { BlockList } from '../../access/block-list.ts'
import type { ApprovalGate } from '../approvals/approval-gate.ts'
import type { Dispatcher } from '../dispatch/dispatch.ts'
import type { LargeMessages } from '../sessions/large-messages.ts'
import type { Presence } from '../sessions/presence.ts'
import { dispatchScriptPrompt } from '../prompts/prompt.ts'
import { busResources } from '../resources/bus-resources.ts'
import type { Catalogue } from './server.ts'
import { blenderCommandTools } from '../tools/blender-commands.ts'
import { cancelJobTool, getJobTool } from '../tools/blender-jobs.ts'
import { useTargetTool } from '../tools/blender-use-target.ts'
import { listClientsTool } from '../tools/listing.ts'
import { jobUpdateTool, sendMessageTool } from '../tools/messaging.ts'
import { receiveMessagesTool } from '../tools/receiving.ts'
import { registerClientTool, unregisterClientTool } from '../tools/registration.ts'

/** Everything the bus offers over MCP: its own tools, those that work in a Blender, resources and the prompt. */
export function busCatalogue(ports: {
  blocks: Pick<BlockList, 'find' | 'noteRefused'>
  presence: Presence
  largeMessages: LargeMessages
  gate: ApprovalGate
  dispatcher: Dispatcher
  /** Waited for before a long list is written. Default: turns of its own. */
  turns?: Turns
}): Catalogue {
  const { blocks, presence, largeMessages, gate, dispatcher, turns = createTurns() } = ports
  return {
    tools: [
      registerClientTool(blocks, gate),
      unregisterClientTool(gate),
      sendMessageTool(gate, blocks),
      jobUpdateTool,
      listClientsTool(presence, turns),
      receiveMessagesTool(largeMessages),
      ...blenderCommandTools(dispatcher),
      useTargetTool(dispatcher),
      getJobTool(dispatcher),
      cancelJobTool(dispatcher),
    ],
    resources: busResources(largeMessages, turns),
    prompts: [dispatchScriptPrompt],
  }
}
