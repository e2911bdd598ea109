import { isTerminal, type JsonObject } from '../../../shared/protocol.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { Job } from '../../bus/jobs.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { ApprovalGate, GateRefusal } from '../approvals/approval-gate.ts'
import type { StickyTargets } from './sticky-targets.ts'
import { createTargetChooser, poolOf, type NoChoice } from './dispatch-target.ts'
import { createJobWaits, type WaitEnd } from './dispatch-wait.ts'
import type { Presence } from '../sessions/presence.ts'
import type { CallContext } from '../calls/call-context.ts'

/** How long a Blender that went away in the middle of a job may take to come back with its answer. */
export const defaultLostTargetGraceMs = 15_000

/** How a dispatched command ended, in the words of the wire. */
export interface DispatchOutcome {
  status: 'completed' | 'failed' | 'timeout' | 'cancelled' | 'no_target' | 'ambiguous_target'
  job_id: string
  target_uuid: string
  /** What the peer answered: its JSON as a value, or its text as it is; empty text where there was none. */
  result: unknown
  error: string
  duration_ms: number
}

export interface DispatchRequest {
  command: string
  params: JsonObject
  /**
   * A uuid, `latest`, `pid:<n>`, `group:<id>`, `any` or `any:<capability>`; absent: the session's own target, else
   * the only live Blender.
   */
  target: string | undefined
  timeoutMs: number
  /** The id of a job whose answer the caller missed; absent: a new one. */
  jobId?: string | undefined
}

export interface DispatchPorts {
  presence: Presence
  sticky: StickyTargets
  gate: ApprovalGate
  /** Unix milliseconds. */
  clock: () => number
  newId: () => string
  /** Default: `defaultLostTargetGraceMs`. */
  lostTargetGraceMs?: number
}

/** Sends commands to Blenders and waits for their job updates. */
export interface Dispatcher {
  run(request: DispatchRequest, context: CallContext): Promise<DispatchOutcome>
  /** Makes a target the session's own, or forgets it (null); what it stands for now, null for several or none. */
  useTarget(target: string | null, context: CallContext): ClientInfo | NoChoice | null
}

export function createDispatcher(ports: DispatchPorts): Dispatcher {
  const { presence, sticky, gate, clock, newId, lostTargetGraceMs = defaultLostTargetGraceMs } = ports
  const targets = createTargetChooser(presence)
  const waits = createJobWaits({ presence, clock, lostTargetGraceMs })

  const choose = ({ bus, session }: CallContext, named: string | undefined): ClientInfo | NoChoice => {
    const own = named === undefined || named === '' ? sticky.of(session) : null
    const choice = targets.choose(bus, own ?? named)
    if (own === null || !('ok' in choice)) return choice
    const hint = `This session set "${own}" by blender_use_target: name another target, or set another.`
    return { ...choice, error: `${choice.error} ${hint}` }
  }

  /** Waits for a job that is on the bus or about to be, and puts its end into words. */
  const follow = async (
    request: DispatchRequest,
    context: CallContext,
    jobId: string,
    target: ClientInfo | undefined,
    send: () => string | null,
  ): Promise<Omit<DispatchOutcome, 'job_id' | 'duration_ms'>> => {
    const { bus, extra } = context
    const wait = waits.start({
      bus,
      jobId,
      target,
      timeoutMs: request.timeoutMs,
      signal: extra.signal,
      onProgress: progressReporter(context),
    })
    const refusal = send()
    if (refusal !== null) {
      wait.close()
      return { status: 'no_target', target_uuid: '', result: '', error: refusal }
    }
    const job = bus.jobs.get(jobId)
    const end = await wait.ended
    const target_uuid = target?.uuid ?? job?.targets[0] ?? ''
    if (end === 'ended' && job !== undefined && isTerminal(job.state)) return endOf(job, target_uuid)
    const error = giveUpText(end, bus, jobId, job, target_uuid, request.timeoutMs, lostTargetGraceMs)
    // Somebody else may wait for the same job: then it is still wanted.
    if (job !== undefined && waits.count(bus, jobId) === 0) bus.cancelJob(job)
    const status = end === 'timeout' ? 'timeout' : end === 'lost' ? 'failed' : 'cancelled'
    return { status, target_uuid, result: '', error }
  }

  return {
    async run(request, context) {
      const { bus } = context
      const startedMs = clock()
      const jobId = request.jobId ?? newId()
      const timed = (ended: Omit<DispatchOutcome, 'job_id' | 'duration_ms'>): DispatchOutcome => {
        const { status, target_uuid, result, error } = ended
        const duration_ms = Math.max(0, Math.round(clock() - startedMs))
        return { status, job_id: jobId, target_uuid, result, error, duration_ms }
      }
      const join = async (known: Job): Promise<DispatchOutcome> => {
        const target_uuid = known.targets[0] ?? ''
        if (known.title !== request.command) {
          const error = `job_id "${jobId}" belongs to another call (${known.title}). Leave job_id out.`
          return timed({ status: 'failed', target_uuid, result: '', error })
        }
        if (isTerminal(known.state)) return timed(endOf(known, target_uuid))
        return timed(await follow(request, context, jobId, bus.get(target_uuid), () => null))
      }
      const known = request.jobId === undefined ? undefined : bus.jobs.get(jobId)
      if (known !== undefined) return join(known)

      const target = choose(context, request.target)
      if ('ok' in target) {
        return timed({ status: target.status, target_uuid: '', result: '', error: target.error })
      }
      registerCaller(context, newId)
      const payload: JsonObject = {
        message_type: 'command_dispatch',
        job_id: jobId,
        command: request.command,
        params: request.params,
      }
      const asked = gate.pass(
        { payload, routing: { type: 'direct', target_uuid: target.uuid }, targets: [target] },
        context,
      )
      const passed = asked instanceof Promise ? await asked : asked
      if (!('ok' in passed)) return timed(refused(passed, target.uuid))
      if (asked instanceof Promise) {
        // A repeat of the call may have been allowed first, and its Blender may have gone meanwhile.
        const begun = bus.jobs.get(jobId)
        if (begun !== undefined) return join(begun)
        if (presence.contact(target) === 'gone') {
          const error = `"${target.uuid}" was closed before it was allowed. Nothing was run.`
          return timed({ status: 'no_target', target_uuid: '', result: '', error })
        }
      }
      const send = (): string | null => {
        const sent = bus.send({
          target_uuid: target.uuid,
          payload,
          session: context.session,
          reply: 'caller',
        })
        return sent.ok ? null : sent.message
      }
      return timed(await follow(request, context, jobId, target, send))
    },

    useTarget(target, context) {
      registerCaller(context, newId)
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

/** How a dispatch ends that was not let through. */
function refused(
  { error: code, message: error }: GateRefusal,
  target_uuid: string,
): Omit<DispatchOutcome, 'job_id' | 'duration_ms'> {
  if (code === 'unknown_target') return { status: 'no_target', target_uuid: '', result: '', error }
  return { status: code === 'cancelled' ? 'cancelled' : 'failed', target_uuid, result: '', error }
}

function endOf(job: Job, target_uuid: string): Omit<DispatchOutcome, 'job_id' | 'duration_ms'> {
  const status = job.state === 'completed' || job.state === 'failed' ? job.state : 'cancelled'
  return { status, target_uuid, result: parseResult(job.result), error: job.error }
}

/** What a caller is told of a job that it stops to wait for: whether it may still happen, and where to look. */
function giveUpText(
  end: WaitEnd,
  bus: UserMessageBus,
  jobId: string,
  job: Job | undefined,
  targetUuid: string,
  timeoutMs: number,
  lostTargetGraceMs: number,
): string {
  if (end === 'lost') {
    const handed = bus.jobs.handedTo(targetUuid).some((known) => known.job_id === jobId)
    return (
      `"${targetUuid}" went away and did not come back within ${String(lostTargetGraceMs / 1000)} s: it was closed, ` +
      'crashed, or lost its connection. ' +
      (handed
        ? `It had received the job and may have done part of it: look at the scene, and at blender://jobs/${jobId}, before you run it again.`
        : 'It never received the job.')
    )
  }
  if (end !== 'timeout') return 'The caller cancelled it.'
  return (
    `No result within ${String(timeoutMs / 1000)} s. ` +
    (job?.state === 'running'
      ? `The job had started and may still finish: read blender://jobs/${jobId} before you run it again.`
      : `The job had not started and was withdrawn. See blender://jobs/${jobId}; the Blender may be busy or closed.`)
  )
}

/**
 * Puts the calling session on the bus as an ephemeral `llm`, unless it is there: whoever changes a Blender is
 * seen in the panel and can be unplugged, even if it knows nothing of the bus.
 */
function registerCaller({ bus, session }: CallContext, newId: () => string): void {
  if (bus.registry.boundTo(session) !== undefined) return
  const program = session.clientInfo
  const label = (program?.title ?? program?.name ?? '')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
    .slice(0, 200)
  bus.register(
    {
      client_uuid: `llm-${newId()}`,
      client_type: 'llm',
      is_persistent: false,
      capabilities: [],
      group_id: null,
      metadata: label === '' ? {} : { label },
    },
    session,
  )
}

/**
 * Passes a job's progress on to a caller that gave a progress token; MCP wants it to grow with every word. The
 * first word names the job: a caller whose connection breaks can then ask for it again.
 */
function progressReporter({ extra }: CallContext): (job: Job) => void {
  const progressToken = extra._meta?.progressToken
  if (progressToken === undefined) return () => undefined
  let last = -1
  return (job) => {
    const progress = job.progress ?? 0
    if (progress <= last) return
    const message = last === -1 && job.progress_message === '' ? `Job ${job.job_id}` : job.progress_message
    last = progress
    extra
      .sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, total: 1, ...(message !== '' && { message }) },
      })
      // The caller has gone; its call ends by its own signal.
      .catch(() => undefined)
  }
}

function parseResult(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
