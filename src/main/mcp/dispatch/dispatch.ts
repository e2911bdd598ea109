import { clip } from '../../../shared/well-formed.ts'
import { after, attempt, inBackground } from '../../base/guarded.ts'
import { keepNewest } from '../../../shared/keep-newest.ts'
import { isTerminal, type JsonObject } from '../../../shared/protocol.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { Job } from '../../bus/jobs.ts'
import { refusesJobOf } from '../../bus/message-size.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { ApprovalGate } from '../approvals/approval-gate.ts'
import type { CallContext } from '../calls/call-context.ts'
import type { Presence } from '../sessions/presence.ts'
import { answerTimeMs } from './answer-time.ts'
import { createCallKeys, keyedJobId, type CallKeys } from './call-keys.ts'
import type { CallerIdentity } from './caller-identity.ts'
import { createTargetChooser, poolOf, type NoTarget } from './dispatch-target.ts'
import { commandMessage, dispatchJob, type DispatchedJob } from './dispatched-job.ts'
import { jobTitle } from './job-title.ts'
import { createJobWatch } from './job-watch.ts'
import { openElsewhere } from './open-files.ts'
import { stateOf, type DispatchOutcome, type DispatchRefusal, type OutcomeOf } from './outcome.ts'
import { reportProgress } from './progress.ts'
import type { StickyTargets } from './sticky-targets.ts'

/** How long a Blender that went away in the middle of a job may take to come back with its answer. */
export const defaultLostTargetGraceMs = 15_000

/** How long a cancelling call waits for the job to end. */
const cancelWaitMs = 5000

/** Most dispatched jobs of one bus that are known after their end; the oldest are forgotten first. */
const endedMax = 1000

export interface DispatchRequest {
  command: string
  params: JsonObject
  /** What the caller says that it does: the title of the job. */
  description?: string | undefined
  /**
   * A uuid, `latest`, `pid:<n>`, `group:<id>`, `any` or `any:<capability>`; absent: the session's own target, else
   * the only live Blender.
   */
  target: string | undefined
  /** Bounds the wait, not the job. Waiting for an approval does not count. */
  timeoutMs: number
  /** The caller's idempotency key for this call; absent: each call is a new one. */
  key?: string | undefined
}

export interface DispatchPorts {
  presence: Presence
  sticky: StickyTargets
  gate: ApprovalGate
  identity: CallerIdentity
  /** Unix milliseconds. */
  clock: () => number
  newId: () => string
  /** Hears of a fault of this program that no call waits for. */
  onFault: (error: unknown) => void
  /** Default: `defaultLostTargetGraceMs`. */
  lostTargetGraceMs?: number
}

/** A job as a call finds it: which command it is, and what became of it so far. */
export interface FoundJob {
  readonly ok: true
  readonly command: string
  readonly outcome: DispatchOutcome
}

/** A call that got no further than its check. */
interface NotBegun {
  readonly jobId: string
  readonly state: OutcomeOf
}

/** The dispatched jobs of one bus, by id; those that ended last stand last. */
interface KnownJobs {
  readonly open: Map<string, DispatchedJob>
  readonly ended: Map<string, DispatchedJob>
}

/** Sends commands to Blenders and tells what became of them. */
export interface Dispatcher {
  /** Answers with the end; after `answerTimeMs` with `running` or `waiting_for_approval`. */
  run(request: DispatchRequest, context: CallContext): Promise<DispatchOutcome | DispatchRefusal>
  /** Waits up to `waitMs` for the end of a job of this bus. Any session of the user may ask. */
  job(jobId: string, waitMs: number, context: CallContext): Promise<FoundJob | DispatchRefusal>
  /** Stops a job of the calling client: one that waits is withdrawn, one that runs is interrupted. */
  cancel(jobId: string, context: CallContext): Promise<FoundJob | DispatchRefusal>
  /** Makes a target the session's own, or forgets it (null); what it stands for now, null for several or none. */
  useTarget(target: string | null, context: CallContext): ClientInfo | NoTarget | null
}

export function createDispatcher(ports: DispatchPorts): Dispatcher {
  const { presence, sticky, gate, identity, clock, newId } = ports
  const targets = createTargetChooser(presence)
  const jobWatch = createJobWatch()
  const jobPorts = {
    presence,
    gate,
    jobWatch,
    clock,
    onFault: ports.onFault,
    lostTargetGraceMs: ports.lostTargetGraceMs ?? defaultLostTargetGraceMs,
  }
  /** Of each bus its own: what one user's programs use pushes out nothing of another's. */
  const keysOf = new WeakMap<UserMessageBus, CallKeys>()
  const buses = new WeakMap<UserMessageBus, KnownJobs>()

  const jobsOf = (bus: UserMessageBus): KnownJobs => {
    const known = buses.get(bus)
    if (known !== undefined) return known
    const jobs: KnownJobs = { open: new Map(), ended: new Map() }
    buses.set(bus, jobs)
    // Where a person ordered it to leave, the bus has told the peers to stop what runs.
    bus.events.on('unregistered', ({ client, cause, reason }) => {
      for (const each of jobs.open.values()) {
        if (each.from !== client.uuid) continue
        attempt('jobs of a client that left', () => {
          if (cause === 'operator') each.abandon(takenOff(reason))
          else each.withdraw()
        })
      }
    })
    // The bus has told the peers to stop what runs: what still waits for a person's yes is not to begin.
    bus.events.on('paused', ({ program }) => {
      for (const each of jobs.open.values()) if (program === null) each.withdraw()
    })
    return jobs
  }
  const dispatchedJob = (bus: UserMessageBus, jobId: string): DispatchedJob | undefined => {
    const { open, ended } = jobsOf(bus)
    const known = open.get(jobId) ?? ended.get(jobId)
    if (known?.isForgotten !== true) return known
    ended.delete(jobId)
    return undefined
  }
  const remember = (bus: UserMessageBus, dispatched: DispatchedJob): void => {
    const { jobId } = dispatched
    const { open, ended } = jobsOf(bus)
    open.set(jobId, dispatched)
    const close = (): void => {
      open.delete(jobId)
      ended.set(jobId, dispatched)
      keepNewest(ended, endedMax)
    }
    inBackground('end of a job', dispatched.ended.then(close))
  }

  const choose = ({ bus, session }: CallContext, named: string | undefined): ClientInfo | NoTarget => {
    if (named !== undefined) return targets.choose(bus, named)
    const own = sticky.of(session)
    if (own !== null) return targets.chosenBefore(bus, own)
    const earlier = sticky.takeEarlier(session)
    return earlier === null ? targets.choose(bus, undefined) : targets.mustName(bus, earlier)
  }

  const outcomeOf = (
    { jobId, startedMs, endedMs }: Pick<DispatchedJob, 'jobId' | 'startedMs' | 'endedMs'>,
    state: OutcomeOf,
  ): DispatchOutcome => ({
    ...state,
    job_id: jobId,
    duration_ms: Math.max(0, Math.round((endedMs ?? clock()) - startedMs)),
  })

  /** Waits for the end, but no longer than `waitMs` (null: however long); answers with what can be said then. */
  const follow = async (
    dispatched: DispatchedJob,
    waitMs: number | null,
    context: CallContext,
  ): Promise<OutcomeOf> => {
    const { signal } = context.extra
    const progress = reportProgress(context, dispatched.jobId)
    progress.tell(0, '')
    const stopListening = dispatched.onChange((job) => progress.tell(job.progress ?? 0, job.progress_message))
    const { promise: stopped, resolve: stop } = Promise.withResolvers<null>()
    const onAbort = (): void => stop(null)
    const timer = waitMs === null ? undefined : after('wait for a job', waitMs, onAbort)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    dispatched.waiting += 1
    try {
      const ends = [dispatched.ended.then(() => null), stopped]
      const expired = await Promise.race(dispatched.hasExpired ? ends : [...ends, dispatched.expired])
      return expired ?? dispatched.now()
    } finally {
      dispatched.waiting -= 1
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      stopListening()
      progress.close()
    }
  }

  /** Follows a job for the call that asks for it: a call that is cancelled takes the job with it. */
  const answerFor = async (dispatched: DispatchedJob, context: CallContext): Promise<DispatchOutcome> => {
    const { signal } = context.extra
    const state = await follow(dispatched, answerTimeMs(context), context)
    const isDropped = signal.aborted && dispatched.endedMs === null && dispatched.waiting === 0
    // With its sender the job was withdrawn or interrupted already.
    if (isDropped && context.bus.get(dispatched.from) !== undefined) {
      // A session that ended lets go of what has not started; a call that was cancelled is to stop.
      if (context.session.ended) dispatched.withdraw()
      else dispatched.cancel()
    }
    return outcomeOf(dispatched, state)
  }

  const begin = (
    request: DispatchRequest,
    context: CallContext,
    jobId: string,
  ): DispatchedJob | NotBegun | DispatchRefusal => {
    const from = identity.of(context)
    const target = choose(context, request.target)
    if ('ok' in target) {
      return { jobId, state: { target_uuid: '', result: '', status: target.status, error: target.error } }
    }
    if (target.capabilities.includes('paused')) {
      identity.register(context)
      const name = target.metadata.label ?? target.uuid
      const error = `paused: "${name}" takes no jobs now. Its artist paused it: ask them, or choose another Blender.`
      return { jobId, state: { status: 'failed', target_uuid: target.uuid, result: '', error } }
    }
    const { command, params, description, timeoutMs } = request
    const title = jobTitle({ command, params, description, openFile: target.metadata.blend_file })
    const fromLabel = identity.labelOf(context)
    const openFiles = command === 'save_file' ? openElsewhere(context.bus, presence, target, params) : []
    const raw = commandMessage({ jobId, command, params, title, fromLabel, openFiles })
    // Before a person is asked for it.
    const tooLarge = refusesJobOf(Buffer.byteLength(raw.text), [target])
    if (tooLarge !== null) return { ok: false, error: 'too_large_for_target', message: tooLarge.message }
    identity.register(context)
    const order = { jobId, command, raw, target, from, timeoutMs }
    const dispatched = dispatchJob(jobPorts, order, context)
    remember(context.bus, dispatched)
    return dispatched
  }

  const answerTo = async (
    begun: DispatchedJob | NotBegun | DispatchRefusal,
    context: CallContext,
  ): Promise<DispatchOutcome | DispatchRefusal> => {
    if ('ok' in begun) return begun
    if (!('state' in begun)) return answerFor(begun, context)
    return outcomeOf({ jobId: begun.jobId, startedMs: clock(), endedMs: null }, begun.state)
  }

  const find = (jobId: string, bus: UserMessageBus): DispatchedJob | Job | DispatchRefusal => {
    const found = dispatchedJob(bus, jobId) ?? bus.jobs.get(jobId)
    if (found !== undefined) return found
    return {
      ok: false,
      error: 'unknown_job',
      message: `No job "${clip(jobId, 100)}" is known: it never was, or it ended long ago.`,
    }
  }

  const found = (dispatched: DispatchedJob, state: OutcomeOf): FoundJob => ({
    ok: true,
    command: dispatched.command,
    outcome: outcomeOf(dispatched, state),
  })
  /** A job that was sent by `blender_send_message`. */
  const foundOnBus = (job: Job): FoundJob => ({
    ok: true,
    command: job.command ?? job.kind,
    outcome: outcomeOf(
      {
        jobId: job.job_id,
        startedMs: job.created_at * 1000,
        endedMs: isTerminal(job.state) ? job.updated_at * 1000 : null,
      },
      stateOf(job),
    ),
  })

  return {
    async run(request, context) {
      const { key } = request
      if (key === undefined) return answerTo(begin(request, context, newId()), context)

      const caller = `${context.bus.user_id}\n${identity.of(context)}`
      const call = JSON.stringify([request.command, request.params, request.target ?? null])
      const keys = keysOf.get(context.bus) ?? createCallKeys(clock)
      keysOf.set(context.bus, keys)
      const use = keys.look(caller, key, call)
      if (use.kind === 'other') {
        return {
          ok: false,
          error: 'job_id_in_use',
          message: `job_id "${key}" was used for another call less than 10 minutes ago. Leave job_id out.`,
        }
      }
      const known = use.kind === 'repeat' ? dispatchedJob(context.bus, use.jobId) : undefined
      if (known !== undefined) return answerFor(known, context)
      const keyed = keyedJobId(caller, key, call)
      const isFree = 'ok' in find(keyed, context.bus)
      const begun = begin(request, context, isFree ? keyed : newId())
      if (!('state' in begun || 'ok' in begun)) keys.note(caller, key, call, begun.jobId)
      return answerTo(begun, context)
    },

    async job(jobId, waitMs, context) {
      const known = find(jobId, context.bus)
      if ('ok' in known) return known
      if ('job_id' in known) {
        await jobWatch.untilEnd(context.bus, known, waitMs, context.extra.signal)
        return foundOnBus(known)
      }
      if (known.endedMs === null && waitMs > 0) await follow(known, waitMs, context)
      return found(known, known.now())
    },

    async cancel(jobId, context) {
      const known = find(jobId, context.bus)
      if ('ok' in known) return known
      const from = 'job_id' in known ? known.from_uuid : known.from
      if (from !== identity.of(context)) {
        return {
          ok: false,
          error: 'not_your_job',
          message: `Job "${jobId}" was sent by another client. Only its sender or a person can cancel it.`,
        }
      }
      if ('job_id' in known) {
        context.bus.cancelJob(known, { interrupt: true })
        await jobWatch.untilEnd(context.bus, known, cancelWaitMs, context.extra.signal)
        return foundOnBus(known)
      }
      known.cancel()
      await follow(known, cancelWaitMs, context)
      return found(known, known.now())
    },

    useTarget(target, context) {
      identity.register(context)
      if (target === null) {
        sticky.set(context.session, null)
        return null
      }
      const isPool = context.bus.get(target) === undefined && poolOf(target) !== null
      const choice = targets.choose(context.bus, target)
      if ('ok' in choice) return choice
      // `latest` and `pid:<n>` are settled here: the same Blender from now on, not whatever comes next.
      sticky.set(context.session, isPool ? target : choice.uuid)
      return isPool ? null : choice
    },
  }
}

/** What the model of a client reads, whose call was open when a person took the client off. */
function takenOff(reason: string): string {
  const why = reason === '' ? '' : ` (${reason})`
  return `A person at the Busbar panel took this client off the bus${why}. What of this call had started is interrupted. Tell your user.`
}
