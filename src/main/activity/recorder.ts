import type { EventEmitter } from 'node:events'
import { clip } from '../../shared/well-formed.ts'
import type { ActivityKind } from '../../shared/activity.ts'
import type { ApprovalGrant } from '../../shared/approvals.ts'
import type { Block } from '../../shared/blocks.ts'
import { programTitle } from '../../shared/program-names.ts'
import { priorityName } from '../../shared/protocol.ts'
import type { Approvals } from '../access/approvals.ts'
import type { BlockList } from '../access/block-list.ts'
import type { SessionRequest, Caller } from '../access/caller.ts'
import type { Logins } from '../access/logins.ts'
import type { StoredToken } from '../access/token-file.ts'
import type { TokenRegistry } from '../access/token-registry.ts'
import type { UnregisterCause } from '../bus/bus-events.ts'
import type { ClientInfo } from '../bus/client-info.ts'
import type { Job } from '../bus/jobs.ts'
import type { BusMessage, Outcome } from '../bus/message.ts'
import type { Pause } from '../bus/paused-program.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'
import { approvalLine } from './approval-line.ts'
import type { ActivityRow, OutcomeRow } from './entries.ts'
import type { ActivityLog } from './activity-log.ts'

/** Bytes of a payload or a result that are kept. */
const previewBytes = 4096
const textLength = 500
/** Targets of a message or a job that are kept: by them it is found again. */
const keptTargets = 100

/** What the activity log looks at of a session. */
interface RecordedSession {
  readonly caller: Caller
  readonly remoteAddress: string
  readonly clientInfo: { readonly name: string; readonly title?: string; readonly version: string } | null
}

/** What the activity log hears of the operator's messages. */
type OperatorEvents = EventEmitter<{
  sent: [
    bus: Pick<UserMessageBus, 'user_id'>,
    sent: { readonly message: BusMessage; readonly targets: readonly string[] },
  ]
}>

/** What it hears of Blenders that a person ended. */
type EndingEvents = EventEmitter<{
  ended: [blender: { userId: string; uuid: string; pid: number; forced: boolean }]
}>

export interface RecorderPorts {
  readonly activityLog: Pick<ActivityLog, 'add'>
  /** Unix milliseconds. */
  readonly clock: () => number
  /** False keeps what messages and results say out of the file; who sent what kind to whom stays. */
  readonly keepPayloads: boolean
}

/** Turns events into entries of the activity log. It listens and is called; it never calls back. */
export interface Recorder {
  /** Follows a bus from now on. */
  attachBus(bus: UserMessageBus): void
  sessionOpened(session: RecordedSession): void
  sessionClosed(session: RecordedSession, cause: string): void
  attachBlocks(events: BlockList['events'], setAside: string | null): void
  /** A blocked program asked for a session. */
  refused(applicant: SessionRequest, block: Block): void
  attachLogins(events: Logins['events']): void
  attachTokens(events: TokenRegistry['events']): void
  attachApprovals(events: Approvals['events']): void
  /** What the person at the panel sends: from the server too, which by itself does not tell whose word it was. */
  attachOperator(events: OperatorEvents): void
  attachEndings(events: EndingEvents): void
  /** Notes one line; lines of the same `key` within one batch become one with a count. */
  note(line: Pick<ActivityRow, 'kind'> & Partial<ActivityRow>, key?: string): void
}

export function createRecorder({ activityLog, clock, keepPayloads }: RecorderPorts): Recorder {
  const note: Recorder['note'] = (line, key) => {
    const row: ActivityRow = {
      at: clock() / 1000,
      userId: '',
      client: '',
      by: 'server',
      count: 1,
      ...line,
      text: clip(line.text ?? '', textLength),
    }
    activityLog.add({ table: 'activity', row }, key, (waiting) => {
      if (waiting.table === 'activity') waiting.row.count += row.count
    })
  }

  function seen(bus: UserMessageBus, client: ClientInfo): void {
    const row = {
      userId: bus.user_id,
      uuid: client.uuid,
      clientType: client.client_type,
      label: client.metadata.label ?? '',
      firstSeen: client.connected_at,
      lastSeen: clock() / 1000,
    }
    activityLog.add({ table: 'clients', row }, keyOf('client', bus.user_id, client.uuid), (waiting) => {
      if (waiting.table === 'clients') Object.assign(waiting.row, row)
    })
  }

  function messageSent(bus: UserMessageBus, message: BusMessage, targets: readonly ClientInfo[]): void {
    const row = {
      at: message.timestamp,
      userId: bus.user_id,
      messageId: message.message_id,
      jobId: message.job_id,
      from: message.from_uuid,
      routing: message.routing,
      targets: targets.slice(0, keptTargets).map((client) => client.uuid),
      targetCount: targets.length,
      priority: message.priority,
      kind: kindOf(message),
      bytes: message.payloadBytes,
      preview: keepPayloads ? cut(message.payloadJson) : null,
      sent: 0,
      filtered: 0,
      dropped: 0,
    }
    activityLog.add({ table: 'messages', row }, keyOf('message', message.message_id))
  }

  function counted(messageId: string, outcome: 'sent' | 'filtered' | 'dropped', by: 1 | -1): void {
    const row: OutcomeRow = { messageId, sent: 0, filtered: 0, dropped: 0 }
    row[outcome] = by
    // The message itself may still wait to be written: then it takes the outcome along.
    activityLog.add({ table: 'outcomes', row }, keyOf('message', messageId), (waiting) => {
      if (waiting.table === 'messages' || waiting.table === 'outcomes') waiting.row[outcome] += by
    })
  }

  function settled(bus: UserMessageBus, client: ClientInfo, messageId: string, outcome: Outcome): void {
    if (outcome === 'queued') return
    counted(messageId, outcome, 1)
    if (outcome === 'dropped') {
      note(
        { kind: 'message_dropped', userId: bus.user_id, client: client.uuid },
        keyOf('drop', bus.user_id, client.uuid),
      )
    }
  }

  function jobChanged(bus: UserMessageBus, job: Job): void {
    const row = {
      userId: bus.user_id,
      jobId: job.job_id,
      at: job.created_at,
      updatedAt: job.updated_at,
      kind: job.kind,
      title: job.title,
      from: job.from_uuid,
      targets: job.targets.slice(0, keptTargets),
      targetCount: job.targets.length,
      state: job.state,
      error: cut(job.error),
      result: keepPayloads ? cut(job.result) : null,
    }
    const key = keyOf('job', bus.user_id, job.job_id, String(job.created_at))
    activityLog.add({ table: 'jobs', row }, key, (waiting) => {
      if (waiting.table === 'jobs') Object.assign(waiting.row, row)
    })
  }

  function sessionLine(kind: ActivityKind, session: RecordedSession, more: string): void {
    const { caller, remoteAddress, clientInfo } = session
    const program = clientInfo === null ? 'unknown' : `${programTitle(clientInfo)} ${clientInfo.version}`
    const text = `${program} at ${remoteAddress}, token ${caller.token_id}${more}`
    note({ kind, userId: caller.user_id, by: 'client', text })
  }

  return {
    note,
    attachBus(bus) {
      const away = new WeakSet<ClientInfo>()
      const userId = bus.user_id
      bus.events.on('registered', ({ client, created, takenFrom }) => {
        seen(bus, client)
        const returned = away.delete(client)
        const kind: ActivityKind | null = created
          ? 'client_registered'
          : takenFrom !== null
            ? 'client_taken_over'
            : returned
              ? 'client_returned'
              : null
        if (kind !== null) note({ kind, userId, client: client.uuid, by: 'client', text: describe(client) })
      })
      bus.events.on('detached', (client) => {
        away.add(client)
        seen(bus, client)
        note({ kind: 'client_detached', userId, client: client.uuid, text: 'Its session ended.' })
      })
      bus.events.on('unregistered', ({ client, cause, reason }) => {
        seen(bus, client)
        note({
          kind: cause === 'operator' ? 'client_unplugged' : 'client_unregistered',
          userId,
          client: client.uuid,
          by: orderedBy(cause),
          text: reason,
        })
      })
      // Looks would push out what happened: a panel that shows pictures takes several a second.
      bus.events.on('message', (message, targets) => {
        if (message.purpose === 'work') messageSent(bus, message, targets)
      })
      bus.events.on('settled', (client, { message, outcome }) => {
        if (message.purpose === 'work') settled(bus, client, message.message_id, outcome)
      })
      // It was counted as sent and turned out not to have arrived.
      bus.events.on('returned', (_, { message }) => {
        if (message.purpose === 'work') counted(message.message_id, 'sent', -1)
      })
      bus.events.on('job', (job) => jobChanged(bus, job))
      bus.events.on('late', (job, update, reporter) => {
        const said = keepPayloads ? update.error || update.result : ''
        const text = `${job.title} (${job.job_id}): ${update.status}, after it had ended as failed${said === '' ? '' : `. ${said}`}`
        note({ kind: 'job_late', userId, client: reporter, by: 'client', text })
      })
      const who = ({ program, name }: Pause): string => (program === null ? 'All programs' : name)
      bus.events.on('paused', (pause) =>
        note({ kind: 'programs_paused', userId, by: 'operator', text: `${who(pause)}, by ${pause.by}` }),
      )
      bus.events.on('resumed', (pause, by) =>
        note({ kind: 'programs_resumed', userId, by: 'operator', text: `${who(pause)}, by ${by}` }),
      )
    },
    attachBlocks(events, setAside) {
      const line = (kind: ActivityKind, block: Block, more: string): void => {
        const client = block.kind === 'client' ? block.subject : ''
        const withToken = block.tokenId === null ? '' : ` with token ${block.tokenId}`
        const text = `${block.kind} ${block.subject}${withToken}${more}`
        note({ kind, userId: block.userId, client, by: 'operator', text })
      }
      events.on('added', (block) => {
        const { blockedUntil, reason } = block
        const until =
          blockedUntil === null ? 'until lifted' : `until ${new Date(blockedUntil * 1000).toISOString()}`
        line('block_set', block, `, ${until}${reason === '' ? '' : `: ${reason}`}`)
      })
      events.on('lifted', (block) => line('block_lifted', block, ''))
      if (setAside !== null) {
        note({ kind: 'blocks_set_aside', text: `The block list was damaged. It was kept as ${setAside}.` })
      }
    },
    attachLogins(events) {
      events.on('refused', (address, at) => {
        const text = `A wrong ${at === 'mcp' ? 'token' : 'panel key'} from ${address}`
        note({ kind: 'login_refused', text }, keyOf('login', address, at))
      })
    },
    attachTokens(events) {
      const line = (kind: ActivityKind, { name, id, userId, scopes }: StoredToken): void =>
        note({ kind, userId, by: 'operator', text: `${name} (${scopes.join(', ')}), id ${id}` })
      events.on('added', (token) => line('token_created', token))
      events.on('revoked', (token) => line('token_revoked', token))
    },
    attachOperator(events) {
      events.on('sent', ({ user_id }, { message, targets }) => {
        const at = priorityName(message.priority)
        const [client, ...others] = targets
        const more = others.length === 0 ? '' : ` and ${String(others.length)} more`
        note({
          kind: 'operator_sent',
          userId: user_id,
          client: client ?? '',
          by: 'operator',
          text: `${kindOf(message)}${more}, ${at}, message ${message.message_id}`,
        })
      })
    },
    attachEndings(events) {
      events.on('ended', ({ userId, uuid, pid, forced }) => {
        const text = `Process ${String(pid)}${forced ? ', killed: it did not end by itself' : ''}`
        note({ kind: 'blender_ended', userId, client: uuid, by: 'operator', text })
      })
    },
    attachApprovals(events) {
      events.on('decided', (approval, verdict) => note(approvalLine(approval, verdict)))
      events.on('refused', (shown, verdict) => {
        const { userId, from, tokenId, tool } = shown
        note(approvalLine(shown, verdict), keyOf('refused', userId, from?.uuid ?? tokenId, tool, verdict.by))
      })
      const line = (
        kind: ActivityKind,
        { userId, tokenId, program, tool }: ApprovalGrant,
        more: string,
      ): void =>
        note({ kind, userId, by: 'operator', text: `${tool} for ${program} with token ${tokenId}${more}` })
      events.on('granted', (grant) =>
        line('program_allowed', grant, `, until ${new Date(grant.allowedUntil * 1000).toISOString()}`),
      )
      events.on('takenBack', (grant) => line('program_allowance_ended', grant, ', taken back'))
      events.on('policy', (policy) =>
        note({
          kind: 'policy_set',
          by: 'operator',
          text: `Default ${policy.default}, ${String(policy.rules.length)} ${policy.rules.length === 1 ? 'rule' : 'rules'}`,
        }),
      )
    },
    refused({ caller, remoteAddress, programName }, block) {
      const text = `${programName === null ? 'unknown' : programTitle({ name: programName })} at ${remoteAddress}, blocked by ${block.kind} ${block.subject}`
      note({ kind: 'blocked_refused', userId: caller.user_id, text }, keyOf('blocked', block.id))
    },
    sessionOpened: (session) => sessionLine('session_opened', session, ''),
    sessionClosed: (session, cause) => sessionLine('session_closed', session, `: ${cause}`),
  }
}

/** Parts that may hold anything are told apart by what JSON makes of them. */
function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts)
}

function orderedBy(cause: UnregisterCause): ActivityRow['by'] {
  if (cause === 'operator') return 'operator'
  return cause === 'request' ? 'client' : 'server'
}

function describe(client: ClientInfo): string {
  const { label, blend_file } = client.metadata
  return [client.client_type, label, blend_file].filter((part) => part !== undefined).join(', ')
}

function kindOf({ head }: BusMessage): string {
  return head.kind ?? 'message'
}

/** At most 4 KiB of UTF-8, as a copy: a slice would keep the whole text alive (V8), a half character goes. */
function cut(text: string): string {
  if (text.length <= previewBytes / 4) return text
  const bytes = Buffer.from(clip(text, previewBytes))
  if (bytes.length <= previewBytes && text.length <= previewBytes) return text
  return bytes
    .subarray(0, previewBytes)
    .toString()
    .replace(/\uFFFD+$/, '')
}
