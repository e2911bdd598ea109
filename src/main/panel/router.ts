import { implement } from '@orpc/server'
import type { LogDetail } from '../../shared/activity.ts'
import type { Block, BlockInput } from '../../shared/blocks.ts'
import type { ClientDetail } from '../../shared/client-detail.ts'
import { clientKey, type ClientRef } from '../../shared/clients.ts'
import { panelContract } from '../../shared/panel-contract.ts'
import { programTitle } from '../../shared/program-names.ts'
import type { BlockScope, UnregisterInput, UnregisterResult } from '../../shared/unregister.ts'
import { priorityName } from '../../shared/protocol.ts'
import { blockId } from '../access/block-list.ts'
import { asksByToken } from '../access/approval-policy.ts'
import type { McpSession } from '../mcp/http/session.ts'
import { sessionOf } from '../mcp/sessions/session-of.ts'
import { forbidden } from './one-user.ts'
import { pacedWatch, type Acks, type LateSource } from './paced-watch.ts'
import type { PanelRouterPorts } from './router-ports.ts'
import { logSource } from './log-source.ts'
import {
  approvalsSource,
  blocksSource,
  clientsSource,
  detailSource,
  jobsSource,
  pausesSource,
  secondsSource,
  troublesSource,
} from './sources.ts'

/** Least time between two events of one watch: 20 a second for clients, 10 for jobs, 5 for one client's details. */
const listIntervalMs = 50
const jobsIntervalMs = 100
const detailIntervalMs = 200

/** What a connection brings along; both shells make one for each panel. */
export interface PanelContext {
  acks: Acks
}

/** Serves the panel contract. It holds no state of a panel: that is in the watches, which end with their connection. */
export function createPanelRouter(ports: PanelRouterPorts) {
  const { roster, jobs, pauses, troubles, pictures, messages, activity, settings, server } = ports
  const { blocks, approvals } = ports.access
  const os = implement(panelContract).$context<PanelContext>()

  return os.router({
    feed: {
      ack: os.feed.ack.handler(({ input, context }) => context.acks.ack(input.watchId)),
    },
    status: {
      watch: os.status.watch.handler((call) => paced(secondsSource(server.status), call, listIntervalMs)),
      ping: os.status.ping.handler(() => undefined),
    },
    clients: {
      watch: os.clients.watch.handler((call) => paced(clientsSource(roster), call, listIntervalMs)),
      inspect: os.clients.inspect.handler(async function* (call) {
        const { client } = call.input
        const source = detailSource(roster, client, () => detailOf(ports, client))
        for await (const { detail } of paced(source, call, detailIntervalMs)) yield detail
      }),
      forget: os.clients.forget.handler(({ input }) => ports.forget(input)),
      unregister: os.clients.unregister.handler(({ input }) => unregister(ports, input)),
    },
    jobs: {
      watch: os.jobs.watch.handler((call) => paced(jobsSource(jobs), call, jobsIntervalMs)),
      detail: os.jobs.detail.handler(({ input }) => jobs.detail(input)),
      text: os.jobs.text.handler(({ input }) => {
        const text = jobs.text(input, input.part)
        return text === null ? null : { text }
      }),
      cancel: os.jobs.cancel.handler(({ input }) => ({ outcome: jobs.cancel(input) })),
      endable: os.jobs.endable.handler(({ input }) => endingsOf(ports).look(input)),
      endBlender: os.jobs.endBlender.handler(({ input }) => endingsOf(ports).end(input)),
      repeat: os.jobs.repeat.handler(({ input }) => jobs.repeat(input)),
    },
    pauses: {
      watch: os.pauses.watch.handler((call) => paced(pausesSource(pauses), call, listIntervalMs)),
      stopAll: os.pauses.stopAll.handler(({ input }) => ({ jobs: pauses.stopAll(input.userId) })),
      pause: os.pauses.pause.handler(({ input }) => ({ paused: pauses.pause(input) })),
      resume: os.pauses.resume.handler(({ input }) => ({
        resumed: pauses.resume(input.userId, input.program),
      })),
    },
    troubles: {
      watch: os.troubles.watch.handler((call) => paced(troublesSource(troubles), call, listIntervalMs)),
      pause: os.troubles.pause.handler(({ input }) => ({ paused: troubles.pause(input) })),
      dismiss: os.troubles.dismiss.handler(({ input }) => ({ dismissed: troubles.dismiss(input) })),
    },
    pictures: {
      take: os.pictures.take.handler(({ input }) => pictures.take(input)),
      last: os.pictures.last.handler(({ input }) => pictures.last(input)),
    },
    messages: {
      send: os.messages.send.handler(({ input }) => messages.send(input)),
    },
    blocks: {
      watch: os.blocks.watch.handler((call) => paced(blocksSource(blocks), call, listIntervalMs)),
      add: os.blocks.add.handler(({ input }) => block(ports, input)),
      lift: os.blocks.lift.handler(({ input }) => ({
        lifted: blocks.lift('id' in input ? input.id : blockId('client', input.userId, input.uuid)),
      })),
    },
    approvals: {
      watch: os.approvals.watch.handler((call) => paced(approvalsSource(approvals), call, listIntervalMs)),
      detail: os.approvals.detail.handler(({ input }) => approvals.detail(input.id)),
      answer: os.approvals.answer.handler(({ input }) => ({
        outcome: approvals.answer(input) ? 'answered' : 'gone',
      })),
      takeBack: os.approvals.takeBack.handler(({ input }) => ({ takenBack: approvals.takeBack(input.id) })),
      policy: {
        get: os.approvals.policy.get.handler(() => approvals.policy()),
        set: os.approvals.policy.set.handler(({ input }) => {
          approvals.setPolicy(input)
          return approvals.policy()
        }),
      },
    },
    activity: {
      list: os.activity.list.handler(async ({ input }) => ({
        ...(await activity.log.queries.log(input)),
        history: activity.log.state(),
      })),
      seek: os.activity.seek.handler(async ({ input }) => ({
        id: await activity.log.queries.lastIdBefore(input.at),
      })),
      watch: os.activity.watch.handler((call) => {
        const labelOf = (userId: string, uuid: string) =>
          roster.client({ userId, uuid })?.client.metadata.label
        const { filter } = call.input
        return paced(logSource({ activityLog: activity.log, filter, labelOf }), call, listIntervalMs)
      }),
      rates: os.activity.rates.handler((call) =>
        paced(
          secondsSource(() => activity.rates.read(call.input.window)),
          call,
          listIntervalMs,
        ),
      ),
      detail: os.activity.detail.handler(({ input }) => logDetailOf(ports, input.id)),
    },
    tokens: {
      list: os.tokens.list.handler(() => tokensOf(ports).list()),
      create: os.tokens.create.handler(({ input }) => tokensOf(ports).create(input)),
      revoke: os.tokens.revoke.handler(async ({ input }) => ({
        revoked: await tokensOf(ports).revoke(input.id),
      })),
    },
    settings: {
      get: os.settings.get.handler(() => ({
        settings: settings.list(),
        mayChange: settings.mayChange,
      })),
      set: os.settings.set.handler(({ input }) => {
        if (!settings.mayChange) throw forbidden()
        return settings.keep(input)
      }),
    },
    connect: {
      info: os.connect.info.handler(() => server.connectInfo()),
      addon: os.connect.addon.handler(() => server.addon()),
      token: os.connect.token.handler(() => ({ token: server.token() })),
    },
  })
}

export type PanelRouter = ReturnType<typeof createPanelRouter>

/** A watch at its caller's pace: the acknowledgements and the end are those of its connection. */
function paced<Event>(
  source: LateSource<Event>,
  call: { input: { watchId: string }; context: PanelContext; signal?: AbortSignal | undefined },
  intervalMs: number,
): AsyncGenerator<Event, undefined> {
  const { input, context, signal = new AbortController().signal } = call
  return pacedWatch(source, { acks: context.acks, watchId: input.watchId, intervalMs, signal })
}

function tokensOf({
  access: { tokens },
}: PanelRouterPorts): NonNullable<PanelRouterPorts['access']['tokens']> {
  if (tokens === null) throw forbidden()
  return tokens
}

function endingsOf({ endings }: PanelRouterPorts): NonNullable<PanelRouterPorts['endings']> {
  if (endings === null) throw forbidden()
  return endings
}

/**
 * The block stands before the client is told: a fast reconnect must not slip in between. A block of a program or a token
 * takes off every client that it names, so that all are looked for first.
 */
function unregister(ports: PanelRouterPorts, order: UnregisterInput): UnregisterResult[] {
  const { roster, access, clock } = ports
  const { reason, blockSeconds } = order
  const blockedUntil = blockSeconds === null ? null : clock() / 1000 + blockSeconds
  const named = order.clients.map((ref) => {
    const found = roster.client(ref)
    return {
      ref,
      found,
      session: found === null ? null : sessionOf(found.client),
      jobs: unfinishedJobs(found),
    }
  })
  /** Several windows of one program meet one block. */
  const added = new Map<string, Block>()
  const keepOut = (ref: ClientRef, session: McpSession | null): Block | null => {
    if (blockedUntil === null) return null
    const whom = blocked(ref, session, order.scope, access.userId)
    const id = blockId(whom.kind, whom.userId, whom.subject, whom.tokenId)
    const block = added.get(id) ?? access.blocks.add({ ...whom, reason, blockedUntil })
    added.set(id, block)
    return block
  }
  return named.map(({ ref, found, session, jobs }) => {
    const block = keepOut(ref, session)
    found?.bus.forceUnregister(ref.uuid, { reason, blocked_until: blockedUntil })
    return {
      key: clientKey(ref),
      outcome: found === null ? 'not_found' : 'unregistered',
      sessionEnded: session !== null,
      jobsCancelled: jobs,
      blockedUntil,
      blockId: block?.id ?? null,
    }
  })
}

/** What a block names that is to keep a client out. */
function blocked(
  { userId, uuid }: ClientRef,
  session: McpSession | null,
  scope: BlockScope,
  panelOf: string | null,
): Pick<Block, 'kind' | 'userId' | 'subject' | 'tokenId'> {
  const program = session?.clientInfo?.name ?? ''
  if (session !== null && scope !== 'client') {
    const on = { userId: panelOf ?? '' }
    const { token_id } = session.caller
    if (scope === 'token') return { kind: 'token', ...on, subject: token_id, tokenId: null }
    if (program !== '') return { kind: 'program', ...on, subject: program, tokenId: token_id }
  }
  return { kind: 'client', userId, subject: uuid, tokenId: null }
}

/** How many unfinished jobs a client was given or has sent. */
function unfinishedJobs(found: ReturnType<PanelRouterPorts['roster']['client']>): number {
  if (found === null) return 0
  const { uuid } = found.client
  return [...found.bus.jobs.pending()].filter((job) => job.from_uuid === uuid || job.targets.includes(uuid))
    .length
}

/** Ends what is connected now: a client is unregistered here, sessions are ended by who listens to the list. */
function block(ports: PanelRouterPorts, order: BlockInput): Block {
  const { kind, userId, subject, tokenId, reason, blockSeconds } = order
  const blockedUntil = blockSeconds === null ? null : ports.clock() / 1000 + blockSeconds
  const added = ports.access.blocks.add({ kind, userId, subject, tokenId, reason, blockedUntil })
  if (kind === 'client') {
    ports.roster
      .client({ userId, uuid: subject })
      ?.bus.forceUnregister(subject, { reason, blocked_until: blockedUntil })
  }
  return added
}

/** With what became of a message for each target, where that is known still. */
async function logDetailOf(
  { activity: { log }, roster }: PanelRouterPorts,
  id: number,
): Promise<LogDetail | null> {
  const detail = id < 0 ? log.waitingDetail(id) : await log.queries.detail(id)
  if (detail === null || detail.entry.message === null) return detail
  const known = roster.deliveries(detail.entry.userId, detail.entry.message.messageId)
  if (known === null) return detail
  return {
    ...detail,
    deliveries: detail.deliveries.map(({ uuid, outcome }) => ({ uuid, outcome: known.get(uuid) ?? outcome })),
  }
}

function detailOf(
  { roster, messages, sessions: { threshold, scopesOf } }: PanelRouterPorts,
  ref: ClientRef,
): ClientDetail | null {
  const found = roster.client(ref)
  const row = roster.row(ref)
  if (found === null || row === null) return null
  const { bus, client } = found
  const session = sessionOf(client)
  const mailbox = bus.mailboxes.sizeOf(client.uuid)
  const counters = bus.mailboxes.countersOf(client.uuid)
  const least = session === null ? null : threshold(session)
  return {
    client: row,
    session:
      session === null
        ? null
        : {
            programName: session.clientInfo === null ? 'unknown' : programTitle(session.clientInfo),
            programVersion: session.clientInfo?.version ?? '',
            tokenId: session.caller.token_id,
            asksByToken: asksByToken(session.caller.token_id, scopesOf(session.caller)),
            clients: bus.registry.allBoundTo(session).map(({ uuid }) => uuid),
            protocolVersion: session.protocolVersion ?? 'unknown',
            remoteAddress: session.remoteAddress,
            startedAt: session.createdAtMs / 1000,
            lastRequestAt: session.lastRequestAtMs / 1000,
            streamsOpen: session.streamOpen ? 1 : 0,
            streamWritable: session.streamWritable,
            bufferedBytes: session.bufferedBytes,
            answersPings: session.answersPings,
            requestsOpen: session.requestsInFlight,
            eventsSent: session.eventsSent,
            notificationsDropped: session.notificationsDropped,
            threshold: least === null ? null : priorityName(least),
          },
    mailbox: {
      count: mailbox.count,
      bytes: mailbox.bytes,
      maxCount: bus.mailboxes.limits.maxCount,
      maxBytes: bus.mailboxes.limits.maxBytes,
      dropped: counters.dropped,
      filtered: counters.filtered,
    },
    posted: messages.sentTo(ref),
  }
}
