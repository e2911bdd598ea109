import type { EventEmitter } from 'node:events'
import { doesNotStop, type EndableBlender, type EndBlenderOutcome, type JobRef } from '../../shared/jobs.ts'
import { isTerminal } from '../../shared/protocol.ts'
import { createEvents } from '../base/guarded.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { ClientInfo } from '../bus/client-info.ts'
import type { Job } from '../bus/jobs.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'
import { sessionOf } from '../mcp/sessions/session-of.ts'
import type { ProcessFacts, Processes } from './processes.ts'

/** A Blender whose process a person ended. */
export interface EndedBlender {
  readonly userId: string
  readonly uuid: string
  readonly pid: number
  /** It did not end when it was asked to. */
  readonly forced: boolean
}

/** The last resort for a job that does not stop: its Blender is ended, where that runs on this machine. */
export interface BlenderEndings {
  /** What a person should know first; null where this job's Blender can't be ended from here. */
  look(job: JobRef): Promise<EndableBlender | null>
  /** Ends the process, and then the jobs that the Blender had. */
  end(job: JobRef): Promise<EndBlenderOutcome>
  readonly events: EventEmitter<{ ended: [blender: EndedBlender] }>
}

export interface BlenderEndingsPorts {
  buses: BusManager
  processes: Processes
  /** This machine, by the name that its Blenders register with. */
  hostname: string
  /** Whether a connection from this address comes from this machine. */
  isOwnAddress: (address: string) => boolean
  /** How long a Blender has to end by itself. */
  graceMs: number
  /** This program, and whoever started it: never ended. */
  ownPids: readonly number[]
}

interface Found {
  readonly bus: UserMessageBus
  readonly client: ClientInfo
  readonly process: ProcessFacts
}

const refuse = (message: string): EndBlenderOutcome => ({ outcome: 'refused', message })

export function createBlenderEndings(ports: BlenderEndingsPorts): BlenderEndings {
  const { buses, processes, hostname, isOwnAddress, graceMs, ownPids } = ports
  const events: BlenderEndings['events'] = createEvents('endings of Blenders')

  const isHere = (client: ClientInfo): boolean => {
    const session = sessionOf(client)
    return (
      session !== null &&
      isOwnAddress(session.remoteAddress) &&
      client.metadata.hostname?.toLowerCase() === hostname.toLowerCase()
    )
  }
  /** A process id is what a client says of itself: where two say the same, one of them is not that process. */
  const claimsOf = (pid: number): number =>
    [...buses.buses()]
      .flatMap((bus) => [...bus.registry.all()])
      .filter((client) => client.metadata.pid === pid && isHere(client)).length

  const jobOf = ({ userId, jobId }: JobRef): { bus: UserMessageBus; job: Job } | null => {
    const bus = [...buses.buses()].find((each) => each.user_id === userId)
    const job = bus?.jobs.get(jobId)
    return bus === undefined || job === undefined ? null : { bus, job }
  }

  /** The Blender of a job, or why it is not ended. */
  const find = async (ref: JobRef): Promise<Found | string> => {
    const known = jobOf(ref)
    if (known === null) return 'This job is not known (any more).'
    const { bus, job } = known
    if (isTerminal(job.state)) return 'The job has ended.'
    if (!doesNotStop({ state: job.state, progressMessage: job.progress_message })) {
      return 'Cancel the job first: its Blender is ended only where that did not stop it.'
    }
    const [uuid] = job.targets
    const client = job.targets.length === 1 && uuid !== undefined ? bus.get(uuid) : undefined
    if (client?.client_type !== 'blender') return 'The job runs in no single Blender.'
    const { pid } = client.metadata
    if (!isHere(client) || pid === undefined) {
      return 'This Blender runs on another machine, or has no connection: end it there.'
    }
    if (!Number.isSafeInteger(pid) || pid <= 1 || ownPids.includes(pid)) {
      return `The process ${String(pid)} is no Blender.`
    }
    if (claimsOf(pid) !== 1) return `Several clients say that they are the process ${String(pid)}.`
    const process = await processes.find(pid)
    return process !== null && /^blender/i.test(process.program)
      ? { bus, client, process }
      : `The process ${String(pid)} is no Blender (any more).`
  }

  return {
    events,
    async look(ref) {
      const found = await find(ref)
      if (typeof found === 'string') return null
      const { bus, client, process } = found
      const { label, blend_file } = client.metadata
      return {
        name: label === undefined || label.trim() === '' ? client.uuid : label,
        pid: process.pid,
        file: blend_file ?? '',
        otherJobs: [...bus.jobs.pending()].filter(
          ({ job_id, targets }) => job_id !== ref.jobId && targets.includes(client.uuid),
        ).length,
      }
    },
    async end(ref) {
      const found = await find(ref)
      if (typeof found === 'string') return refuse(found)
      const { bus, client, process } = found
      const end = await processes.end(process, graceMs).catch((error: unknown) => error as Error)
      if (end instanceof Error) {
        return refuse(`The process ${String(process.pid)} could not be ended: ${end.message}.`)
      }
      if (end === 'survived') return refuse(`The process ${String(process.pid)} is still there.`)
      bus.cancelHandedTo(client.uuid, 'A person at the Busbar panel ended this Blender.')
      const forced = end === 'forced'
      events.emit('ended', { userId: bus.user_id, uuid: client.uuid, pid: process.pid, forced })
      return { outcome: 'ended', forced }
    },
  }
}
