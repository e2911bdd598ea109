import { after } from '../../base/guarded.ts'
import type { JsonObject } from '../../../shared/protocol.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { MemoryAccount, MemoryHold } from '../../base/ledger.ts'
import { isFor, messageBytes, type BusMessage } from '../../bus/message.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { McpSession } from '../http/session.ts'
import { messageUri } from '../calls/resource-uris.ts'

/** How long a payload can be read after its link was last handed out. */
const keptMs = 10 * 60 * 1000
/** Most payloads that are kept of one bus; of them those whose link was handed out longest ago are forgotten first. */
const keptMax = 256
/** Most bytes of them. */
const keptBytesMax = 32 * 1024 * 1024

/** The link that a client gets in place of a large payload. */
export const linkTo = ({ message_id, payloadBytes }: BusMessage): JsonObject => ({
  message_type: 'large_message',
  uri: messageUri(message_id),
  bytes: payloadBytes,
})

/**
 * Payloads of which only a link went out. Each is kept for 10 minutes after its link was last handed out, of one bus at
 * most 256 and 32 MiB, and the oldest go as soon as their user needs the room. Only a client that was given the link may read it, from its own session, while it is registered.
 */
export interface LargeMessages {
  /** Notes that a client is being given the link to a message. */
  keep(bus: UserMessageBus, message: BusMessage, client: ClientInfo): void
  /** The payload of a message as JSON; null where none is kept that a client of this session was given the link to. */
  read(bus: UserMessageBus, messageId: string, session: McpSession): string | null
}

/** @param clock milliseconds that only ever grow */
export function createLargeMessages(clock: () => number): LargeMessages {
  const buses = new WeakMap<UserMessageBus, KeptPayloads>()
  return {
    keep(bus, message, client) {
      let payloads = buses.get(bus)
      if (payloads === undefined) {
        payloads = new KeptPayloads(bus, clock)
        buses.set(bus, payloads)
      }
      payloads.keep(message, client)
    },
    read: (bus, messageId, session) =>
      buses.get(bus)?.read(messageId, bus.registry.allBoundTo(session)) ?? null,
  }
}

interface KeptPayload {
  readonly message: BusMessage
  readonly hold: MemoryHold
  /** Who was given the link. */
  readonly clients: Set<ClientInfo>
  untilMs: number
}

/** Those of one bus. */
class KeptPayloads {
  readonly #clock: () => number
  readonly #memory: MemoryAccount
  /** By message id; those whose link was handed out last stand last. */
  readonly #kept = new Map<string, KeptPayload>()
  #bytes = 0
  #timer: NodeJS.Timeout | null = null

  constructor(bus: UserMessageBus, clock: () => number) {
    this.#clock = clock
    this.#memory = bus.memory
    const bytes = (): number => [...this.#kept.values()].reduce((sum, { hold }) => sum + hold.bytes, 0)
    this.#memory.spare({
      get bytes() {
        return bytes()
      },
      giveBack: (wanted) => {
        const target = bytes() - wanted
        for (const oldest of this.#kept.keys()) if (bytes() > target) this.#forget(oldest)
      },
    })
    bus.events.on('unregistered', ({ client }) => {
      for (const [id, { clients }] of this.#kept) {
        if (clients.delete(client) && clients.size === 0) this.#forget(id)
      }
    })
  }

  keep(message: BusMessage, client: ClientInfo): void {
    const { message_id: id, payloadBytes } = message
    const clients = this.#kept.get(id)?.clients ?? new Set()
    this.#forget(id)
    const hold = this.#memory.takeAnyway('mailboxes', messageBytes(message, 1))
    const untilMs = this.#clock() + keptMs
    this.#kept.set(id, { message, hold, clients: clients.add(client), untilMs })
    this.#bytes += payloadBytes
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptMax && this.#bytes <= keptBytesMax) break
      this.#forget(oldest)
    }
    this.#lookAgain()
  }

  read(id: string, readers: readonly ClientInfo[]): string | null {
    const payload = this.#kept.get(id)
    if (payload === undefined || this.#clock() >= payload.untilMs) return null
    const { message, clients } = payload
    return readers.some((client) => clients.has(client) && isFor(message, client))
      ? message.payloadJson
      : null
  }

  /** Frees what is too old to be read, also where nothing more is ever sent. */
  #lookAgain(): void {
    if (this.#timer !== null || this.#kept.size === 0) return
    this.#timer = after('large messages', keptMs, () => {
      this.#timer = null
      for (const [id, { untilMs }] of this.#kept) if (this.#clock() >= untilMs) this.#forget(id)
      this.#lookAgain()
    }).unref()
  }

  #forget(id: string): void {
    const known = this.#kept.get(id)
    if (known === undefined) return
    this.#kept.delete(id)
    this.#bytes -= known.message.payloadBytes
    known.hold.release()
  }
}
