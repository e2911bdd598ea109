import type { EventEmitter } from 'node:events'
import { createEvents, every } from '../base/guarded.ts'
import { clientKey, type ClientRef, type PanelClient } from '../../shared/clients.ts'
import { programTitle } from '../../shared/program-names.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { ClientInfo } from '../bus/client-info.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'
import type { McpSession } from '../mcp/http/session.ts'
import type { Contact, Presence } from '../mcp/sessions/presence.ts'
import { sessionOf } from '../mcp/sessions/session-of.ts'
import { createJobIndex, jobBrief, type JobIndex } from './job-index.ts'
import { createDeliveries, type Deliveries } from './deliveries.ts'

/** How often silence is looked for: nothing happens when a client turns stale, so somebody has to look. */
const staleCheckMs = 1000

export interface Roster {
  /** Every client of every bus as rows. */
  rows(): PanelClient[]
  /** The row of one client, null if it is not registered. */
  row(ref: ClientRef): PanelClient | null
  /** What became of a message for each target, null where that is too long ago. */
  deliveries(userId: string, messageId: string): ReturnType<Deliveries['of']>
  client(ref: ClientRef): { bus: UserMessageBus; client: ClientInfo } | null
  /** A session's stream opened, closed or filled up: its clients' rows may have changed. */
  sessionChanged(session: McpSession): void
  /** `changed` names a client whose row may have changed, `left` one that was unregistered. */
  readonly events: EventEmitter<{ changed: [ref: ClientRef]; left: [ref: ClientRef] }>
  close(): void
}

/** Shows the clients of all buses as a person sees them: records, and what is known besides. */
export function createRoster(ports: {
  buses: BusManager
  presence: Presence
  /** The target a session chose for its calls, null where it chose none. */
  targetOf: (session: McpSession) => string | null
}): Roster {
  const { buses, presence } = ports
  const events = createEvents<{ changed: [ref: ClientRef]; left: [ref: ClientRef] }>('roster')
  const views = new Map<UserMessageBus, { jobs: JobIndex; deliveries: Deliveries }>()
  const contacts = new WeakMap<ClientInfo, Contact>()

  const attach = (bus: UserMessageBus): void => {
    views.set(bus, {
      jobs: createJobIndex(bus),
      deliveries: createDeliveries(bus),
    })
    const changed = (uuid: string): void => {
      // Told for every target of every message: without a panel that looks, it costs next to nothing.
      if (events.listenerCount('changed') > 0) events.emit('changed', { userId: bus.user_id, uuid })
    }
    bus.events.on('registered', ({ client }) => changed(client.uuid))
    bus.events.on('touched', (client) => changed(client.uuid))
    bus.events.on('detached', (client) => changed(client.uuid))
    bus.events.on('unregistered', ({ client }) =>
      events.emit('left', { userId: bus.user_id, uuid: client.uuid }),
    )
    bus.events.on('message', (message, targets) => {
      changed(message.from_uuid)
      for (const client of targets) changed(client.uuid)
    })
    bus.events.on('settled', (client) => changed(client.uuid))
    for (const event of ['returned', 'received', 'read', 'unread'] as const) {
      bus.events.on(event, (client: ClientInfo) => changed(client.uuid))
    }
    bus.events.on('job', (job) => {
      changed(job.from_uuid)
      for (const uuid of job.targets) changed(uuid)
    })
  }
  const unfollow = buses.follow(attach)

  const build = (bus: UserMessageBus, client: ClientInfo): PanelClient => {
    const view = views.get(bus)
    const session = sessionOf(client)
    const given = view?.jobs.given(client.uuid) ?? []
    const asked = view?.jobs.asked(client.uuid) ?? []
    const contact = presence.contact(client)
    contacts.set(client, contact)
    const current = given.find((job) => job.state === 'running') ?? given[0]
    const working = asked.at(-1)
    const counters = bus.mailboxes.countersOf(client.uuid)
    const program = session?.clientInfo ?? null
    return {
      key: clientKey({ userId: bus.user_id, uuid: client.uuid }),
      userId: bus.user_id,
      record: client.toDict(),
      state: contact === 'live' && (given.length > 0 || asked.length > 0) ? 'busy' : contact,
      address: session?.remoteAddress ?? null,
      program:
        program === null
          ? null
          : { name: program.name, title: programTitle(program), version: program.version },
      protocolVersion: session?.protocolVersion ?? null,
      queued: bus.mailboxes.sizeOf(client.uuid).count,
      sent: counters.sent,
      received: counters.received,
      dropped: counters.dropped,
      job: current === undefined ? null : jobBrief(current),
      jobsWaiting: Math.max(0, given.length - 1),
      workingOn: working === undefined ? null : jobBrief(working),
      target: session === null ? null : ports.targetOf(session),
    }
  }

  const client: Roster['client'] = (ref) => {
    for (const bus of buses.buses()) {
      if (bus.user_id !== ref.userId) continue
      const found = bus.get(ref.uuid)
      return found === undefined ? null : { bus, client: found }
    }
    return null
  }

  const staleCheck = every('roster', staleCheckMs, () => {
    for (const bus of buses.buses()) {
      for (const known of bus.registry.all()) {
        if (contacts.has(known) && contacts.get(known) !== presence.contact(known)) {
          events.emit('changed', { userId: bus.user_id, uuid: known.uuid })
        }
      }
    }
  }).unref()

  return {
    events,
    client,
    rows: () =>
      [...buses.buses()].flatMap((bus) => [...bus.registry.all()].map((known) => build(bus, known))),
    row(ref) {
      const found = client(ref)
      return found === null ? null : build(found.bus, found.client)
    },
    deliveries(userId, messageId) {
      for (const [bus, { deliveries }] of views) if (bus.user_id === userId) return deliveries.of(messageId)
      return null
    },
    sessionChanged(session) {
      const userId = session.caller.user_id
      for (const bound of buses.busOf(userId).registry.allBoundTo(session)) {
        events.emit('changed', { userId, uuid: bound.uuid })
      }
    },
    close() {
      clearInterval(staleCheck)
      unfollow()
    },
  }
}
