import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { Pause } from '../../bus/paused-program.ts'
import type { CallContext } from './call-context.ts'
import type { Tool } from './tool.ts'

/** What a client that is no program of a model needs to be there and to say what becomes of its work. */
const reportingTools = new Set([
  'blender_register_client',
  'blender_unregister_client',
  'blender_job_update',
  'blender_receive_messages',
  'blender_list_available_clients',
])

const registration = z.looseObject({ client_type: z.string() })

/**
 * The answer to a call of a program that a person paused; null where the call may pass. Blenders and other peers go on
 * reporting: they call nothing else. A session that is nobody yet may register as one of them.
 */
export function pausedAnswer(
  tool: Tool,
  args: unknown,
  { bus, session }: CallContext,
  program: () => string,
): CallToolResult | null {
  if (bus.pauses.list().length === 0) return null
  const pause = bus.pauses.of(program())
  if (pause === null) return null
  const { name, outputSchema } = tool.description
  if (reportingTools.has(name)) {
    const bound = bus.registry.boundTo(session)
    const asked =
      name === 'blender_register_client' ? registration.safeParse(args).data?.client_type : undefined
    const type = asked ?? bound?.client_type ?? 'llm'
    if (type !== 'llm' && bound?.client_type !== 'llm') return null
  }
  const structured = { status: 'error', error: 'paused', message: pausedText(pause) }
  return {
    content: [{ type: 'text', text: JSON.stringify(structured) }],
    ...(outputSchema !== undefined && { structuredContent: structured }),
    isError: true,
  }
}

function pausedText({ program, name, by, since }: Pause): string {
  const who = program === null ? 'All programs are' : `${name} is`
  const when = new Date(since * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  return (
    `${who} paused by ${by} since ${when}. Nothing was run. Do not try again before a person at the Busbar panel ` +
    'lets it go on: tell the person you work for.'
  )
}
