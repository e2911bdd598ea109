import type { EventEmitter } from 'node:events'
import { isTerminal } from '../../shared/protocol.ts'
import type { BusEvents } from './bus-events.ts'
import type { Job, JobTable } from './jobs.ts'

/** Tells the listeners that a job was dispatched or changed: of a look by its own event, and then lets go of its answer. */
export function tellOfJob(events: EventEmitter<BusEvents>, jobs: JobTable, job: Job): void {
  if (job.purpose === 'work') {
    events.emit('job', job)
    return
  }
  events.emit('look', job)
  if (isTerminal(job.state)) jobs.dropAnswer(job)
}
