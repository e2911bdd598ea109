import type { TrafficEntry } from '../../shared/client-detail.ts'
import type { BusMessage, Outcome } from '../bus/message.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'

/** Messages remembered a bus. */
const ringSize = 2000
/** Characters of a payload that are kept. */
const previewLength = 2000
/** Entries shown of one client. */
const shownMax = 100

/**
 * The last messages of one bus as the inspector shows them: previews only, so that big payloads can be freed. Of looks
 * only the last message to each client is remembered: a panel that takes pictures would push out all else.
 */
export interface Traffic {
  /** Of one client, newest first, at most 100. */
  of(uuid: string): TrafficEntry[]
}

interface Passed {
  readonly entry: Omit<TrafficEntry, 'direction' | 'peers' | 'outcome'>
  readonly from: string
  readonly targets: readonly string[]
  /** Final outcomes by target; a target that is missing still has it queued. */
  readonly outcomes: Map<string, Outcome>
}

/** Follows a bus; attach it before delivery, so that outcomes find their message. */
export function createTraffic(bus: UserMessageBus): Traffic {
  const ring: Passed[] = []
  const lastLooks = new Map<string, Passed>()
  const byMessage = new Map<string, Passed>()
  let nextId = 0
  let ringCount = 0

  const forget = (passed: Passed | undefined): void => {
    if (passed !== undefined) byMessage.delete(passed.entry.messageId)
  }
  bus.events.on('message', (message, targets) => {
    const passed: Passed = {
      entry: summarise(message, nextId),
      from: message.from_uuid,
      targets: targets.map((client) => client.uuid),
      outcomes: new Map(),
    }
    nextId += 1
    byMessage.set(message.message_id, passed)
    if (message.purpose === 'look') {
      for (const uuid of passed.targets) {
        forget(lastLooks.get(uuid))
        lastLooks.set(uuid, passed)
      }
      return
    }
    const slot = ringCount % ringSize
    forget(ring[slot])
    ring[slot] = passed
    ringCount += 1
  })
  bus.events.on('settled', (client, { message, outcome }) => {
    byMessage.get(message.message_id)?.outcomes.set(client.uuid, outcome)
  })
  bus.events.on('returned', (client, { message }) => {
    byMessage.get(message.message_id)?.outcomes.delete(client.uuid)
  })
  bus.events.on('unregistered', ({ client }) => {
    forget(lastLooks.get(client.uuid))
    lastLooks.delete(client.uuid)
  })

  function* newestFirst(uuid: string): Generator<Passed> {
    let look = lastLooks.get(uuid)
    for (let at = ringCount - 1; at >= Math.max(0, ringCount - ringSize); at -= 1) {
      const passed = ring[at % ringSize]
      if (passed === undefined) break
      if (look !== undefined && look.entry.id > passed.entry.id) {
        yield look
        look = undefined
      }
      yield passed
    }
    if (look !== undefined) yield look
  }

  return {
    of(uuid) {
      const found: TrafficEntry[] = []
      for (const passed of newestFirst(uuid)) {
        if (found.length >= shownMax) break
        if (passed.targets.includes(uuid)) {
          const outcome = passed.outcomes.get(uuid) ?? 'queued'
          found.push({ ...passed.entry, direction: 'in', peers: [passed.from], outcome })
        } else if (passed.from === uuid) {
          found.push({ ...passed.entry, direction: 'out', peers: passed.targets.slice(0, 20), outcome: null })
        }
      }
      return found
    },
  }
}

function summarise(message: BusMessage, id: number): Passed['entry'] {
  const { message_type, kind } = message.payload
  const text = message.payloadJson
  return {
    id,
    at: message.timestamp,
    routing: message.routing,
    messageId: message.message_id,
    jobId: message.job_id,
    priority: message.priority,
    kind:
      [message_type, kind, 'message'].find((name) => typeof name === 'string')?.slice(0, 100) ?? 'message',
    bytes: message.payloadBytes,
    // A slice of a long string keeps the whole of it alive in V8: a copy through a buffer does not.
    preview: text.length <= previewLength ? text : Buffer.from(text.slice(0, previewLength)).toString(),
  }
}
