import { after, every } from '../base/guarded.ts'
import { clientKey, type ClientRef } from '../../shared/clients.ts'
import type { NoPictureReason, Picture, PictureOutcome, PictureRequest } from '../../shared/pictures.ts'
import { isTerminal, type Priority } from '../../shared/protocol.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { ClientInfo } from '../bus/client-info.ts'
import type { Job } from '../bus/jobs.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'
import type { McpSession } from '../mcp/http/session.ts'
import type { Presence } from '../mcp/sessions/presence.ts'
import { sessionOf } from '../mcp/sessions/session-of.ts'
import { lastLine } from '../activity/last-line.ts'
import { createKeptPictures } from './kept-pictures.ts'
import { readPictureAnswer } from './picture-answer.ts'
import type { Roster } from './roster.ts'

export interface PictureLimits {
  /** How long a Blender has to answer, in milliseconds. */
  timeoutMs: number
  /** How long one that never answers at all is left alone after that, in milliseconds. */
  silentMs: number
  /** How long a picture is kept after it was taken, in milliseconds. */
  keptMs: number
  /** Requests on their way at a time, of one bus and of all. */
  inFlightPerBus: number
  inFlight: number
}

export const defaultPictureLimits: PictureLimits = {
  timeoutMs: 20_000,
  silentMs: 60_000,
  keptMs: 24 * 3600 * 1000,
  inFlightPerBus: 6,
  inFlight: 24,
}

/** How often it is looked whether a picture is too old, in milliseconds. */
const expiryMs = 60_000
/** A Blender that takes long for a picture is left alone ten times as long, so that its artist has nine tenths of it. */
const restFactor = 10
/** At most this long, in seconds: a picture that was slow once may be quick now. */
const restMaxSeconds = 300

export interface PicturePorts {
  buses: BusManager
  roster: Pick<Roster, 'client' | 'row' | 'events'>
  presence: Pick<Presence, 'contact' | 'staleAfterMs'>
  /** Least urgent priority that a session wants, null for everything. */
  threshold: (session: McpSession) => Priority | null
  /** Unix milliseconds. */
  clock: () => number
  newId: () => string
  limits?: Partial<PictureLimits>
}

/**
 * Takes pictures of what Blenders show, for a person at a panel. It is never in the way of anything else: a Blender that
 * works, is away or is behind with its messages is not asked, one is asked once at a time, and the request is a look
 * (docs/decisions/0011). The longer pictures take, the rarer they are, unless a person asks for a new one. It keeps
 * the last picture of each client until that leaves, or the picture is too old.
 */
export interface Pictures {
  /** Never rejects. */
  take(request: PictureRequest): Promise<PictureOutcome>
  last(ref: ClientRef): Picture | null
  /** Lets go of the last picture of a client; false where there is none. */
  forget(ref: ClientRef): boolean
  /** Answers what is on its way as `away`. */
  close(): void
}

/** The answer for a client that is not there, or is none of the asking panel's. */
export const notRegistered = ({ uuid }: ClientRef): PictureOutcome =>
  none('left', `"${uuid}" is not registered.`)

/** A request that is on its way. */
interface Asked {
  readonly bus: UserMessageBus
  readonly jobId: string
  readonly maxSize: number
  /** Unix milliseconds. */
  readonly sinceMs: number
  readonly answer: Promise<PictureOutcome>
  finish(outcome: PictureOutcome): void
}

export function createPictures(ports: PicturePorts): Pictures {
  const { buses, roster, clock, newId } = ports
  const limits = { ...defaultPictureLimits, ...ports.limits }
  const kept = createKeptPictures()
  /** By client. */
  const asked = new Map<string, Asked>()
  /** Looks whose time was over and that have not ended: by client, the job and when it was given up. */
  const unanswered = new Map<string, { job: Job; sinceMs: number }>()

  const hear = (bus: UserMessageBus, job: Job): void => {
    if (!isTerminal(job.state)) return
    for (const uuid of job.targets) {
      const ref = { userId: bus.user_id, uuid }
      const key = clientKey(ref)
      const waiting = asked.get(key)
      if (waiting?.jobId === job.job_id) waiting.finish(outcomeOf(bus, job, ref, waiting))
      if (unanswered.get(key)?.job === job) unanswered.delete(key)
    }
  }
  const endAsked = (bus: UserMessageBus, { uuid }: ClientInfo, outcome: PictureOutcome): void =>
    asked.get(clientKey({ userId: bus.user_id, uuid }))?.finish(outcome)

  const attach = (bus: UserMessageBus): void => {
    bus.events.on('look', (job) => hear(bus, job))
    bus.events.on('detached', (client) => endAsked(bus, client, away(client)))
    bus.events.on('unregistered', ({ client }) => {
      const ref = { userId: bus.user_id, uuid: client.uuid }
      endAsked(bus, client, notRegistered(ref))
      unanswered.delete(clientKey(ref))
      kept.forget(ref)
    })
  }
  const unfollow = buses.follow(attach)
  const expire = (): void => kept.expire((clock() - limits.keptMs) / 1000)
  const expiry = every('pictures that are too old', expiryMs, expire).unref()

  /** Why a client can't be asked now, null where it can. */
  const refusal = (bus: UserMessageBus, client: ClientInfo, ref: ClientRef): PictureOutcome | null => {
    const { presence, threshold } = ports
    const session = sessionOf(client)
    const contact = presence.contact(client)
    if (session === null || contact === 'away') return away(client)
    if (contact === 'stale') {
      const seconds = String(presence.staleAfterMs / 1000)
      return none('stale', `It gave no sign for ${seconds} seconds. It is asked again when it does.`)
    }
    const row = roster.row(ref)
    if (row !== null && row.job !== null) {
      return none('busy', 'It runs a job. A picture is taken when the job has ended.')
    }
    if (!session.streamWritable || bus.mailboxes.sizeOf(client.uuid).count > 0) {
      return none('busy', 'It is behind with its messages. A picture is taken when it has caught up.')
    }
    if ((threshold(session) ?? debug) < info) {
      return none('unsupported', 'It asked for urgent messages only, so it would not hear the request.')
    }
    const silent = unanswered.get(clientKey(ref))
    if (silent !== undefined && clock() - silent.sinceMs < limits.silentMs) {
      return none('busy', 'It has not answered the last request for a picture yet.')
    }
    const onBus = [...asked.values()].filter((each) => each.bus === bus).length
    if (onBus >= limits.inFlightPerBus || asked.size >= limits.inFlight) {
      return none('crowded', 'Many pictures are being taken just now. Try again in a moment.')
    }
    return null
  }

  const ask = (bus: UserMessageBus, client: ClientInfo, request: PictureRequest): Promise<PictureOutcome> => {
    const ref = { userId: bus.user_id, uuid: client.uuid }
    const key = clientKey(ref)
    const jobId = newId()
    const { maxSize, render } = request
    const { promise, resolve } = Promise.withResolvers<PictureOutcome>()
    const finish = (outcome: PictureOutcome): void => {
      clearTimeout(timer)
      asked.delete(key)
      resolve(outcome)
    }
    const giveUp = (): void => {
      const job = bus.jobs.get(jobId)
      finish(
        none(
          'timeout',
          `It did not answer within ${String(limits.timeoutMs / 1000)} s: its window may be busy.`,
        ),
      )
      if (job === undefined || isTerminal(job.state)) return
      unanswered.set(key, { job, sinceMs: clock() })
      bus.cancelJob(job)
    }
    const timer = after('picture that did not come', limits.timeoutMs, giveUp)
    asked.set(key, { bus, jobId, maxSize, sinceMs: clock(), answer: promise, finish })
    const session = sessionOf(client)
    const least = session === null ? null : ports.threshold(session)
    const sent = bus.send({
      target_uuid: client.uuid,
      payload: {
        message_type: 'command_dispatch',
        job_id: jobId,
        command: 'get_viewport_screenshot',
        params: { max_size: maxSize, ...(render && { render_preview: true }) },
        look: true,
      },
      // After everything else that may reach it at the same moment.
      priority: Math.min(least ?? debug, debug),
      session: null,
      reply: 'caller',
      purpose: 'look',
    })
    if (!sent.ok) finish(none('failed', sent.message))
    else if (sent.deliveries[client.uuid] !== 'sent') {
      const job = bus.jobs.get(jobId)
      finish(none('busy', 'It is behind with its messages. A picture is taken when it has caught up.'))
      // Not left in its mailbox: by the time it came out nobody might look any more.
      if (job !== undefined) bus.cancelJob(job)
    }
    return promise
  }

  const outcomeOf = (bus: UserMessageBus, job: Job, ref: ClientRef, request: Asked): PictureOutcome => {
    if (roster.client(ref) === null) return notRegistered(ref)
    if (job.state !== 'completed')
      return none('failed', lastLine(job.error, 300) || 'It dropped the request.')
    const read = readPictureAnswer(job.result)
    if ('needsRender' in read) return none('needs_render', read.needsRender)
    if ('problem' in read) return none('failed', read.problem)
    const picture: Picture = { id: newId(), takenAt: job.updated_at, ...read }
    const { maxSize: askedSize, sinceMs } = request
    kept.keep(ref, { picture, askedSize, tookMs: Math.max(0, clock() - sinceMs) }, bus.memory)
    return { outcome: 'taken', picture }
  }

  return {
    take(request) {
      const { client: ref, maxSize, maxAgeSeconds } = request
      const found = roster.client(ref)
      if (found === null) return Promise.resolve(notRegistered(ref))
      const { bus, client } = found
      if (client.client_type !== 'blender') {
        return Promise.resolve(none('unsupported', 'Only clients of the type blender have a viewport.'))
      }
      const known = kept.of(ref)
      // One that was taken in the future is from before the clock was set back, and of no known age.
      const ageSeconds = known === null ? -1 : clock() / 1000 - known.picture.takenAt
      // Only a person wants one of no age.
      const rest = known === null || maxAgeSeconds === 0 ? 0 : restSeconds(known.tookMs)
      const youngSeconds = Math.max(maxAgeSeconds, rest)
      if (known !== null && known.askedSize >= maxSize && ageSeconds >= 0 && ageSeconds < youngSeconds) {
        return Promise.resolve({ outcome: 'taken', picture: known.picture })
      }
      const onItsWay = asked.get(clientKey(ref))
      if (onItsWay !== undefined) return onItsWay.answer
      const refused = refusal(bus, client, ref)
      return refused === null ? ask(bus, client, request) : Promise.resolve(refused)
    },
    last(ref) {
      expire()
      return kept.of(ref)?.picture ?? null
    },
    forget(ref) {
      const wasKept = kept.of(ref) !== null
      kept.forget(ref)
      return wasKept
    },
    close() {
      unfollow()
      clearInterval(expiry)
      for (const each of [...asked.values()]) each.finish(none('away', 'Busbar is being closed.'))
    },
  }
}

const restSeconds = (tookMs: number): number => Math.min(restMaxSeconds, (tookMs / 1000) * restFactor)

const debug: Priority = 7
const info: Priority = 6

function none(outcome: NoPictureReason, message: string): PictureOutcome {
  return { outcome, message }
}

const away = ({ uuid }: ClientInfo): PictureOutcome => none('away', `"${uuid}" is not connected now.`)
