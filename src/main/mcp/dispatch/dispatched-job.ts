import { after, every } from '../../base/guarded.ts'
import { isTerminal, type JsonObject } from '../../../shared/protocol.ts'
import { RawJson } from '../../base/raw-json.ts'
import type { ClientInfo, SessionHandle } from '../../bus/client-info.ts'
import type { Job } from '../../bus/jobs.ts'
import type { Allowed, ApprovalGate, GateRefusal } from '../approvals/approval-gate.ts'
import type { CallContext } from '../calls/call-context.ts'
import { lostText } from '../sessions/lost-jobs.ts'
import type { Presence } from '../sessions/presence.ts'
import type { JobWatch } from './job-watch.ts'
import type { OpenFile } from './open-files.ts'
import { askAgain, endOf, refused, stateOf, type OutcomeOf } from './outcome.ts'

/** How often it is looked whether a job's Blender is still there. */
const contactCheckMs = 500

/**
 * A command on its way: from the question whether it may run to its end. It outlives the call that began it, which
 * may be answered long before.
 */
export interface DispatchedJob {
  readonly jobId: string
  readonly command: string
  /** Uuid of the client that sent it. */
  readonly from: string
  readonly startedMs: number
  /** Null until it has ended. */
  readonly endedMs: number | null
  /** It has ended, and the bus has let go of what it answered. */
  readonly isForgotten: boolean
  /** Calls that wait for it now. */
  waiting: number
  /** What can be said of it now. */
  now(): OutcomeOf
  /** Resolves once, when it has ended. */
  readonly ended: Promise<void>
  readonly hasExpired: boolean
  /** Resolves once its time is over, with what is said to who waits then; never where it ends before. */
  readonly expired: Promise<OutcomeOf>
  /** Calls `hear` after each change on the bus, until the returned function is called. */
  onChange(hear: (job: Job) => void): () => void
  /** A person took its sender off the bus, which has interrupted it: who waits for it hears `error` now. */
  abandon(error: string): void
  /** Nobody asks for it any more: it is withdrawn unless it has started. */
  withdraw(): void
  /** Somebody wants it to stop: it is withdrawn, and interrupted if it runs. */
  cancel(): void
}

export interface DispatchedJobPorts {
  readonly presence: Presence
  readonly gate: ApprovalGate
  readonly jobWatch: JobWatch
  /** Unix milliseconds. */
  readonly clock: () => number
  /** How long a Blender may stay away before its job counts as lost. */
  readonly lostTargetGraceMs: number
  /** Hears of a fault of this program that no call waits for. */
  readonly onFault: (error: unknown) => void
}

export interface DispatchOrder {
  readonly jobId: string
  readonly command: string
  /** What is sent (`commandMessage`). */
  readonly raw: RawJson
  readonly target: ClientInfo
  readonly from: string
  /** Bounds the wait from the moment the command is sent, not the job. */
  readonly timeoutMs: number
}

/**
 * The message that gives a command to a Blender; `title` is what people read of it (`jobTitle`), `fromLabel` what they
 * know its sender by ("" for nothing), `openFiles` what others may have open of what it saves.
 */
export function commandMessage({
  jobId,
  command,
  params,
  title,
  fromLabel,
  openFiles,
}: Pick<DispatchOrder, 'jobId' | 'command'> & {
  readonly params: JsonObject
  readonly title: string
  readonly fromLabel: string
  readonly openFiles: readonly OpenFile[]
}): RawJson {
  return RawJson.of({
    message_type: 'command_dispatch',
    job_id: jobId,
    command,
    params,
    description: title,
    ...(fromLabel === '' ? {} : { from_label: fromLabel }),
    ...(openFiles.length === 0 ? {} : { open_elsewhere: openFiles }),
  })
}

/** What is sent once it is allowed, and in whose session. */
interface Unsent {
  readonly raw: RawJson
  readonly session: SessionHandle
}

/**
 * Asks whether the command may run and sends it; at once, where nobody has to be asked. From then on it knows the job
 * by its id alone: it is remembered for long after its end, when the bus has let go of what it asked and answered.
 */
export function dispatchJob(
  ports: DispatchedJobPorts,
  { jobId, command, raw, target, from, timeoutMs }: DispatchOrder,
  context: CallContext,
): DispatchedJob {
  const { presence, gate, jobWatch, clock, lostTargetGraceMs } = ports
  const { bus } = context
  const ending = Promise.withResolvers<undefined>()
  const expiry = Promise.withResolvers<OutcomeOf>()
  /** Ends the question to the person; null once it has been answered. */
  let question: AbortController | null = new AbortController()
  let isSent = false
  const job = (): Job | undefined => (isSent ? bus.jobs.get(jobId) : undefined)
  /** What is said of it, where the bus does not know better. */
  let given: OutcomeOf | null = null
  let endedMs: number | null = null
  let hasExpired = false
  let stopWatching = (): void => undefined

  const end = (outcome: OutcomeOf | null): void => {
    if (endedMs !== null) return
    endedMs = clock()
    given ??= outcome
    stopWatching()
    ending.resolve(undefined)
  }
  const fail = (status: 'no_target' | 'failed', error: string): void =>
    end({ status, target_uuid: status === 'no_target' ? '' : target.uuid, result: '', error })

  const watch = (): void => {
    const hear = (changed: Job): void => {
      if (isTerminal(changed.state)) end(null)
    }
    const unwatch = jobWatch.watch(bus, jobId, hear)
    const timer = after('time-out of a job', timeoutMs, () => {
      const known = job()
      const heldBack = known !== undefined && isHeldBack(known) ? known.progress_message : null
      const running = known?.state === 'running' && heldBack === null
      const outcome = timeoutOutcome(jobId, target.uuid, timeoutMs, running, heldBack)
      hasExpired = true
      // A peer that has not begun drops it, also one that waits for the artist and says that it runs.
      if (known !== undefined) bus.cancelJob(known)
      expiry.resolve(outcome)
      // One that runs has an end of its own, which the bus will know.
      if (!running) end(outcome)
    })
    let awaySinceMs: number | null = null
    const contactCheck = every('look after a lost target', contactCheckMs, () => {
      if (presence.contact(target) !== 'away') {
        awaySinceMs = null
        return
      }
      awaySinceMs ??= clock()
      if (clock() - awaySinceMs < lostTargetGraceMs) return
      // What it had received ends on the bus, which tells of it (`hear`).
      bus.failLost(target.uuid, lostText(target.uuid, lostTargetGraceMs, true))
      fail('failed', lostText(target.uuid, lostTargetGraceMs, false))
      const known = job()
      if (known !== undefined) bus.cancelJob(known)
    })
    stopWatching = () => {
      unwatch()
      clearTimeout(timer)
      clearInterval(contactCheck)
    }
  }

  const goOn = (passed: Allowed | GateRefusal, unsent: Unsent): void => {
    const wasAsked = question === null
    if (!('ok' in passed)) {
      end(refused(passed, target.uuid))
      return
    }
    if (wasAsked && presence.contact(target) === 'away') {
      fail('no_target', `"${target.uuid}" was closed before it was allowed. Nothing was run.`)
      return
    }
    watch()
    const sent = bus.send({
      target_uuid: target.uuid,
      payload: unsent.raw.value() as JsonObject,
      payloadJson: unsent.raw.text,
      // Another session may be its sender by now, as after a reconnect.
      session: bus.get(from)?.session ?? unsent.session,
      from_uuid: from,
      holders: passed.holders,
      reply: 'caller',
    })
    if (!sent.ok) {
      fail(sent.error === 'out_of_memory_share' ? 'failed' : 'no_target', sent.message)
      return
    }
    isSent = true
  }

  // No closure below uses it: those keep what they use for as long as the job is known (V8).
  const unsent: Unsent = { raw, session: context.session }
  const asked = gate.pass(
    {
      payload: unsent.raw.value() as JsonObject,
      json: unsent.raw.text,
      routing: { type: 'direct', target_uuid: target.uuid },
      targets: [target],
    },
    { ...context, extra: { ...context.extra, signal: question.signal } },
  )
  if (asked instanceof Promise) {
    afterwards(
      asked,
      unsent,
      (passed, kept) => {
        question = null
        goOn(passed, kept)
      },
      // The call may have been answered long ago: nobody else would hear of it, and the process would end.
      (error) => {
        ports.onFault(error)
        fail(
          'failed',
          'Busbar failed while it passed the job on. It was logged. Look at the scene before you try again.',
        )
      },
    )
  } else {
    goOn(asked, unsent)
    question = null
  }

  return {
    jobId,
    command,
    from,
    startedMs: clock(),
    waiting: 0,
    now() {
      const known = job()
      if (known !== undefined && (known.state === 'completed' || known.state === 'failed'))
        return endOf(known)
      if (given !== null && (endedMs !== null || known === undefined)) return given
      if (known !== undefined) return stateOf(known)
      return {
        status: 'waiting_for_approval',
        target_uuid: target.uuid,
        result: '',
        error: '',
        message: `A person at the Busbar panel has to allow it first. ${askAgain(jobId)}`,
      }
    },
    get endedMs() {
      return endedMs
    },
    get isForgotten() {
      return endedMs !== null && given === null && job() === undefined
    },
    get hasExpired() {
      return hasExpired
    },
    ended: ending.promise,
    expired: expiry.promise,
    onChange: (hear) => jobWatch.watch(bus, jobId, hear),
    abandon(error) {
      end({ status: 'cancelled', target_uuid: target.uuid, result: '', error })
      question?.abort()
    },
    withdraw() {
      question?.abort()
      const known = job()
      if (known !== undefined && endedMs === null) bus.cancelJob(known)
    },
    cancel() {
      question?.abort()
      const known = job()
      if (known !== undefined && endedMs === null) bus.cancelJob(known, { interrupt: true })
    },
  }
}

/** Goes on with what was kept meanwhile, which is gone with the promise. */
function afterwards<Value, Kept>(
  promise: Promise<Value>,
  kept: Kept,
  goOn: (value: Value, kept: Kept) => void,
  onFault: (error: unknown) => void,
): void {
  promise.then((value) => goOn(value, kept)).catch(onFault)
}

/** A peer says that a job waits for something there: as `running`, without progress, in words that begin so. */
const isHeldBack = ({ progress, progress_message }: Job): boolean =>
  progress === null && progress_message.startsWith('Waits for ')

function timeoutOutcome(
  jobId: string,
  target_uuid: string,
  timeoutMs: number,
  running: boolean,
  heldBack: string | null,
): OutcomeOf {
  const error =
    `No result within ${String(timeoutMs / 1000)} s. ` +
    (running
      ? `The job has started and goes on. ${askAgain(jobId)}`
      : `The job had not started${heldBack === null ? '' : ` (${heldBack})`} and was withdrawn; the Blender may be busy or closed.`)
  return { status: 'timeout', target_uuid, result: '', error }
}
