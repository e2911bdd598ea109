import { z } from 'zod'
import type { Pause } from '../../bus/paused-program.ts'
import type { CallContext } from './call-context.ts'
import type { SessionRefusal } from './session-refusal.ts'

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
 * Why the call of a program that a person paused is refused; null where it may pass. Blenders and other peers go on
 * reporting: they call nothing else. A session that is nobody yet may register as one of them.
 */
export function pausedCall(
  tool: string,
  args: unknown,
  { bus, session }: CallContext,
  program: () => string,
): SessionRefusal | null {
  if (bus.pauses.list().length === 0) return null
  const pause = bus.pauses.of(program())
  if (pause === null) return null
  if (reportingTools.has(tool)) {
    const bound = bus.registry.boundTo(session)
    const asked =
      tool === 'blender_register_client' ? registration.safeParse(args).data?.client_type : undefined
    const type = asked ?? bound?.client_type ?? 'llm'
    if (type !== 'llm' && bound?.client_type !== 'llm') return null
  }
  return { error: 'paused', message: pausedText(pause), blockedUntil: null }
}

function pausedText({ program, name, by, since }: Pause): string {
  const who = program === null ? 'All programs are' : `${name} is`
  const when = new Date(since * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  return (
    `${who} paused by ${by} since ${when}. Nothing was run. Do not try again before a person at the Busbar panel ` +
    'lets it go on: tell the person you work for.'
  )
}
