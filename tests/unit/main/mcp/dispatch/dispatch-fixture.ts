import type { JobStatus } from '../../../../../src/shared/protocol.ts'
import { createCallerIdentity } from '../../../../../src/main/mcp/dispatch/caller-identity.ts'
import {
  createDispatcher,
  type Dispatcher,
  type DispatchPorts,
  type DispatchRequest,
} from '../../../../../src/main/mcp/dispatch/dispatch.ts'
import { createStickyTargets } from '../../../../../src/main/mcp/dispatch/sticky-targets.ts'
import type { DispatchOutcome } from '../../../../../src/main/mcp/dispatch/outcome.ts'
import { createPresence } from '../../../../../src/main/mcp/sessions/presence.ts'
import type { CallContext } from '../../../../../src/main/mcp/calls/call-context.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'
import { fakeSession, openGate } from '../fake-session.ts'
import { payloadOf } from '../../../../../src/main/bus/message.ts'

/** A bus with the live Blender `blender-1` and the program `llm-1`, and a dispatcher whose job ids are d-1, d-2, … */
export function dispatchFixture(more: Partial<DispatchPorts> = {}) {
  const { bus, time } = busFixture()
  let ids = 0
  const presence = createPresence(() => time.nowMs)
  const sticky = createStickyTargets({ programOf: () => 'llm-fake-c0ffee-' })
  const dispatcher = createDispatcher({
    presence,
    gate: openGate,
    sticky,
    identity: createCallerIdentity({ tokenTagOf: () => 'c0ffee' }),
    clock: () => time.nowMs,
    newId: () => `d-${String((ids += 1))}`,
    onFault: (error) => {
      throw error
    },
    ...more,
  })
  const blender = fakeSession()
  bus.register(registration('blender-1', { is_persistent: true }), blender)
  const llm = fakeSession({ clientInfo: { name: 'Test Model', version: '1', title: 'Test\nModel' } })
  bus.register(registration('llm-1', { client_type: 'llm' }), llm)
  const request = (more: Partial<DispatchRequest> = {}): DispatchRequest => ({
    command: 'execute_code',
    params: { code: 'x' },
    target: undefined,
    timeoutMs: 60_000,
    ...more,
  })
  const report = (job_id: string, status: JobStatus, more: object = {}) =>
    bus.jobUpdate({ job_id, status, result: '', error: '', ...more }, blender)
  const inbox = (uuid: string) => {
    const client = bus.get(uuid)
    return client === undefined ? [] : bus.mailboxes.take(client, 100).map(payloadOf)
  }
  return { bus, time, presence, sticky, dispatcher, blender, llm, request, report, inbox }
}

/** A call that gets as far as a job. */
export async function outcomeOf(
  dispatcher: Dispatcher,
  request: DispatchRequest,
  context: CallContext,
): Promise<DispatchOutcome> {
  const outcome = await dispatcher.run(request, context)
  if ('ok' in outcome) throw new Error(outcome.message)
  return outcome
}

/** The message that a Blender gets for such a request. */
export const commandMessage = (job_id: string, from_label = 'Test Model') => ({
  message_type: 'command_dispatch',
  job_id,
  command: 'execute_code',
  params: { code: 'x' },
  description: 'x',
  from_label,
})
