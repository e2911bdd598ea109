import { isTerminal, type JsonObject } from '../../shared/protocol.ts'
import type { ClientInfo } from '../bus/client-info.ts'
import { listNames } from '../bus/errors.ts'
import type { Job } from '../bus/jobs.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'
import type { Presence } from './presence.ts'
import type { CallContext } from './tool.ts'

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
  /** A uuid, `latest` or `pid:<n>`; absent: the only live Blender. */
  target: string | undefined
  timeoutMs: number
}

export interface DispatchPorts {
  presence: Presence
  /** Unix milliseconds. */
  clock: () => number
  newId: () => string
}

/** Sends commands to Blenders and waits for their job updates. It never picks a target that was not named or the only one. */
export interface Dispatcher {
  run(request: DispatchRequest, context: CallContext): Promise<DispatchOutcome>
}

export function createDispatcher(ports: DispatchPorts): Dispatcher {
  const { presence, clock, newId } = ports
  /** Calls that wait for a job, by bus and job id: one listener a bus, however many wait. */
  const waiting = new WeakMap<UserMessageBus, Map<string, (job: Job) => void>>()

  const waitersOf = (bus: UserMessageBus): Map<string, (job: Job) => void> => {
    const known = waiting.get(bus)
    if (known !== undefined) return known
    const waiters = new Map<string, (job: Job) => void>()
    waiting.set(bus, waiters)
    bus.events.on('job', (job) => waiters.get(job.job_id)?.(job))
    return waiters
  }

  const waitFor = (
    bus: UserMessageBus,
    jobId: string,
    timeoutMs: number,
    signal: AbortSignal,
    onProgress: (job: Job) => void,
  ): { ended: Promise<Job | 'timeout' | 'aborted'>; close: () => void } => {
    const { promise, resolve } = Promise.withResolvers<Job | 'timeout' | 'aborted'>()
    const waiters = waitersOf(bus)
    const finish = (end: Job | 'timeout' | 'aborted'): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      waiters.delete(jobId)
      resolve(end)
    }
    const onAbort = (): void => finish('aborted')
    const timer = setTimeout(() => finish('timeout'), timeoutMs)
    signal.addEventListener('abort', onAbort)
    waiters.set(jobId, (job) => (isTerminal(job.state) ? finish(job) : onProgress(job)))
    if (signal.aborted) onAbort()
    return { ended: promise, close: onAbort }
  }

  return {
    async run(request, context) {
      const { bus, extra } = context
      const startedMs = clock()
      const jobId = newId()
      const outcome = (
        status: DispatchOutcome['status'],
        more: Partial<DispatchOutcome> = {},
      ): DispatchOutcome => ({
        status,
        job_id: jobId,
        target_uuid: '',
        result: '',
        error: '',
        ...more,
        duration_ms: Math.max(0, Math.round(clock() - startedMs)),
      })

      const target = chooseTarget(bus, request.target, presence)
      if (!(typeof target === 'object' && 'uuid' in target))
        return outcome(target.status, { error: target.error })
      registerCaller(context, newId)

      const waiter = waitFor(bus, jobId, request.timeoutMs, extra.signal, progressReporter(context))
      const sent = bus.send({
        target_uuid: target.uuid,
        payload: {
          message_type: 'command_dispatch',
          job_id: jobId,
          command: request.command,
          params: request.params,
        },
        session: context.session,
        reply: 'caller',
      })
      if (!sent.ok) {
        waiter.close()
        return outcome('no_target', { error: sent.message })
      }
      const job = bus.jobs.get(jobId)
      const end = await waiter.ended
      if (typeof end === 'object') {
        return outcome(end.state === 'completed' || end.state === 'failed' ? end.state : 'cancelled', {
          target_uuid: target.uuid,
          result: parseResult(end.result),
          error: end.error,
        })
      }
      const started = job?.state === 'running'
      if (job !== undefined) bus.cancelJob(job)
      if (end === 'aborted')
        return outcome('cancelled', { target_uuid: target.uuid, error: 'The caller cancelled it.' })
      return outcome('timeout', {
        target_uuid: target.uuid,
        error:
          `No result within ${String(request.timeoutMs / 1000)} s. ` +
          (started
            ? `The job had started and may still finish: read blender://jobs/${jobId} before you run it again.`
            : `The job had not started and was withdrawn. See blender://jobs/${jobId}; the Blender may be busy or closed.`),
      })
    },
  }
}

/** The named target, or the only live Blender; never a guess among several. */
function chooseTarget(
  bus: UserMessageBus,
  target: string | undefined,
  presence: Presence,
): ClientInfo | { status: 'no_target' | 'ambiguous_target'; error: string } {
  const blenders = [...bus.registry.all()].filter((client) => client.client_type === 'blender')
  const live = blenders.filter((client) => presence.isReachable(client))
  if (target === undefined || target === '') {
    const [only] = live
    if (only === undefined) {
      return {
        status: 'no_target',
        error: `No live Blender is connected${blenders.length === 0 ? '' : ` (known, but not live: ${describe(blenders)})`}. Open Blender with the Busbar add-on and connect it.`,
      }
    }
    if (live.length > 1) {
      return {
        status: 'ambiguous_target',
        error: `Several Blenders are live. Name one as target: ${describe(live)}.`,
      }
    }
    return only
  }
  const found = bus.resolve(target)
  if ('ok' in found) {
    return {
      status: found.error === 'ambiguous_target' ? 'ambiguous_target' : 'no_target',
      error: found.message,
    }
  }
  if (presence.contact(found) === 'gone') {
    return {
      status: 'no_target',
      error: `"${found.uuid}" is registered but not connected now. ${live.length === 0 ? 'No Blender is live.' : `Live: ${describe(live)}.`}`,
    }
  }
  return found
}

function describe(clients: readonly ClientInfo[]): string {
  return listNames(
    clients.map(({ uuid, metadata }) => {
      const facts = [metadata.label, metadata.blend_file ?? 'unsaved'].filter(Boolean).join(', ')
      return `${uuid} (${facts})`
    }),
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

/** Passes a job's progress on to a caller that gave a progress token; MCP wants it to grow with every word. */
function progressReporter({ extra }: CallContext): (job: Job) => void {
  const progressToken = extra._meta?.progressToken
  if (progressToken === undefined) return () => undefined
  let last = -1
  return (job) => {
    const progress = job.progress ?? 0
    if (progress <= last) return
    last = progress
    const message = job.progress_message === '' ? {} : { message: job.progress_message }
    extra
      .sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, total: 1, ...message },
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
