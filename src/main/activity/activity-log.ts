import type { EventEmitter } from 'node:events'
import { basename } from 'node:path'
import { after, createEvents } from '../base/guarded.ts'
import type { LogDetail } from '../../shared/activity.ts'
import type { ClientRef } from '../../shared/clients.ts'
import type { ActivityLogState } from '../../shared/status.ts'
import type { Log } from '../base/log.ts'
import type { ActivityRow, QueuedEntry } from './entries.ts'
import { faultOf } from './database-fault.ts'
import {
  openActivityFile,
  setAside,
  type ActivityFile,
  type LoggedEntry,
  type WrittenBatch,
} from './activity-file.ts'
import type { ActivityQueries } from './activity-queries.ts'
import { finishForgetting, forgetChunk } from './forget.ts'
import { clientsOf, logEntryOf } from './log-entries.ts'
import { createLogReader } from './log-reader.ts'
import { createPastJobs, type PastJobs } from './past-jobs.ts'
import { detailOf } from './log-queries.ts'
import { prune, pruneContents, type ContentsGone } from './retention.ts'
import { takeOver } from './take-over.ts'

/** Every bound of the activity log. */
export const defaultActivityLogLimits = {
  /** Longest time from an event to the file; a killed process loses no more than this. */
  flushMs: 75,
  /** What waits to be written; beyond it the newest entries are given up and counted. */
  maxQueued: 10_000,
  /** Characters of what waits. */
  maxQueuedChars: 8 * 1024 * 1024,
  /** Entries in one transaction; the rest goes into the next one. */
  maxBatch: 2000,
  /** Rows in one transaction: an entry is one, and one more for each client that it is found under. */
  maxBatchRows: 6000,
  /** Wait before a file that could not be used is tried again. */
  retryMs: 5000,
  maxAgeSeconds: 30 * 24 * 3600,
  /** The same for what messages and results say; by default as long as the rows. */
  maxContentAgeSeconds: 100_000 * 24 * 3600,
  maxBytes: 256 * 1024 * 1024,
  /** How often rows are looked at for their age. */
  pruneMs: 10 * 60_000,
}
export type ActivityLogLimits = { readonly [Name in keyof typeof defaultActivityLogLimits]: number }

export interface ActivityLogPorts {
  /** The history file; its folder must be there. */
  readonly path: string
  /** Unix milliseconds. */
  readonly clock: () => number
  readonly log: Log
  readonly limits?: Partial<ActivityLogLimits> | undefined
}

export interface ActivityLogEvents {
  /** A batch has reached the file. */
  written: [batch: WrittenBatch]
  /** The file cannot take an entry of the log now: it waits, or is given up. Told again when it changes while it waits. */
  unkept: [logged: LoggedEntry]
  /** What waited is in the file, and what follows will be again. */
  keptAgain: []
}

/**
 * What happened, kept in a file. It writes in batches, a moment after the event and never in its way; what the
 * file cannot take waits in a bounded queue. Whatever befalls the file, nothing here throws at who reports an event.
 */
export interface ActivityLog {
  /**
   * Takes one entry to be written soon. Until then an entry of the same `key` can be merged into it: `merge`
   * changes the one that waits, and `entry` is not added.
   */
  add(entry: QueuedEntry, key?: string, merge?: (waiting: QueuedEntry) => void): void
  state(): ActivityLogState
  readonly queries: ActivityQueries
  readonly pastJobs: PastJobs
  /** What an entry that waits for the file leaves out: `id` is below zero. Null once it waits no more. */
  waitingDetail(id: number): LogDetail | null
  /**
   * Deletes all that is kept about a client (`forgetChunk`), what waits to be written included. Returns how many entries
   * of the log; null where the file can't be used, and then some may be left.
   */
  forget(about: ClientRef): Promise<number | null>
  readonly events: EventEmitter<ActivityLogEvents>
  /** Writes what waits and closes the file. Idempotent. */
  close(): void
}

/** Opens the history file, or begins without one and tries again later. Never throws. */
export function createActivityLog(ports: ActivityLogPorts): ActivityLog {
  const { path, clock, log } = ports
  const limits: ActivityLogLimits = { ...defaultActivityLogLimits, ...ports.limits }
  const events = createEvents<ActivityLogEvents>('activity log')
  const run = clock() / 1000
  let file: ActivityFile | null = null
  let reason = ''
  /** Breaks off the taking over of an earlier schema, while that goes on. */
  let breakOff: (() => void) | null = null
  let queue: QueuedEntry[] = []
  let queuedChars = 0
  let lost = 0
  let lostSince = 0
  const waiting = new Map<string, QueuedEntry>()
  let timer: NodeJS.Timeout | null = null
  let prunedAtMs = -Infinity
  let contentsGone: ContentsGone = { messages: 0, jobs: 0 }
  let closed = false
  let wasFull = false
  /** Entries that were told while the file could not take them, by ids that count down. */
  const unkeptIds = new WeakMap<QueuedEntry, number>()
  let lastUnkeptId = 0
  /** Who follows the log was shown something else than the file has. */
  let keptAgainDue = false

  const note = (kind: ActivityRow['kind'], text: string, count = 1): QueuedEntry => ({
    table: 'activity',
    row: { at: clock() / 1000, kind, userId: '', client: '', by: 'server', text, count },
  })

  function open(): boolean {
    if (breakOff !== null) return false
    try {
      file = openActivityFile({ path, run, maxFileBytes: limits.maxBytes * 1.5 })
      contentsGone = { messages: 0, jobs: 0 }
      if (file === null) {
        beginTakeOver()
        return false
      }
      if (wasFull) {
        const half = { maxAgeSeconds: limits.maxAgeSeconds, maxBytes: limits.maxBytes / 2 }
        for (let step = 0; step < 20 && prune(file.db, half, clock() / 1000); step += 1);
      }
      if (reason !== '') log.info({ file: basename(path) }, 'the activity log is being kept again')
      reason = ''
      return true
    } catch (error) {
      return fail(error)
    }
  }

  function beginTakeOver(): void {
    if (closed) return
    log.info({ file: basename(path) }, 'the history file of an earlier version is being migrated')
    keptAgainDue = true
    breakOff = takeOver(path, (error) => {
      breakOff = null
      if (error === null) {
        log.info({ file: basename(path) }, 'the history file was migrated')
        turn()
      } else {
        fail(error)
        schedule(file === null ? limits.retryMs : 0)
      }
    })
  }

  /** Notes a fault; true where the file was set aside and a fresh one is in its place. */
  function fail(error: unknown): boolean {
    const fault = faultOf(error)
    release()
    wasFull = fault.kind === 'full'
    if (fault.kind === 'corrupt' && reason !== fault.reason) {
      reason = fault.reason
      try {
        const aside = basename(setAside(path, clock()))
        log.error({ err: error, aside }, 'the history file was damaged; it was set aside and a new one begun')
        queue.unshift(note('history_set_aside', `${fault.reason} It was kept as ${aside}.`))
        return open()
      } catch (cause) {
        log.error({ err: cause }, 'the damaged history file could not be set aside')
      }
    } else if (reason !== fault.reason) {
      reason = fault.reason
      log.error(
        { err: error, reason },
        'the activity log is not being kept; it is tried again every few seconds',
      )
    }
    return false
  }

  function release(): void {
    try {
      file?.close()
    } catch (error) {
      log.debug({ err: error }, 'the history file could not be closed cleanly')
    }
    file = null
  }

  function flush(): void {
    if (file === null && !open()) return
    if (lost > 0) {
      queue.push(note('history_gap', `Not kept since ${new Date(lostSince).toISOString()}.`, lost))
      lost = 0
    }
    const batch = nextBatch(queue, limits)
    waiting.clear()
    const written = batch.length === 0 ? nothing : write(batch)
    // What could not be written waits for the next try.
    if (written === null) {
      for (const entry of queue) tellUnkept(entry)
      return
    }
    queue = queue.slice(batch.length)
    queuedChars = queue.reduce((sum, entry) => sum + sizeOf(entry), 0)
    if (written.entries.length > 0 || written.outcomes.length > 0) events.emit('written', written)
    if (keptAgainDue && queue.length === 0) {
      keptAgainDue = false
      events.emit('keptAgain')
    }
    tidy()
  }

  function tellUnkept(entry: QueuedEntry): void {
    const known = unkeptIds.get(entry)
    const told = logEntryOf(entry, known ?? lastUnkeptId - 1)
    if (told === null) return
    if (known === undefined) {
      lastUnkeptId -= 1
      unkeptIds.set(entry, lastUnkeptId)
    }
    keptAgainDue = true
    events.emit('unkept', { entry: told, row: entry })
  }

  /** Null where the file failed and the batch has to wait. */
  function write(batch: readonly QueuedEntry[]): WrittenBatch | null {
    if (file === null) return null
    try {
      return file.write(batch)
    } catch (error) {
      if (faultOf(error).kind === 'bug') {
        // Tried again it would fail again, and everything after it would wait for ever.
        log.error({ err: error, entries: batch.length }, 'entries of the activity log were given up')
        countLost(batch.length)
        return nothing
      }
      fail(error)
      return null
    }
  }

  function tidy(): void {
    if (file === null) return
    try {
      const due = clock() - prunedAtMs >= limits.pruneMs
      const nowSeconds = clock() / 1000
      const more = prune(file.db, due ? limits : { ...limits, maxAgeSeconds: Infinity }, nowSeconds)
      const says = due && pruneContents(file.db, nowSeconds - limits.maxContentAgeSeconds, contentsGone)
      if (due && !more && !says) prunedAtMs = clock()
    } catch (error) {
      fail(error)
    }
  }

  function countLost(count: number): void {
    if (lost === 0) lostSince = clock()
    lost += count
  }

  function schedule(ms: number): void {
    if (closed || timer !== null || breakOff !== null) return
    timer = after('activity log', ms, turn).unref()
  }

  function turn(): void {
    timer = null
    flush()
    if (file === null) schedule(limits.retryMs)
    // What one transaction did not hold has waited already.
    else if (queue.length > 0) schedule(0)
  }

  function writeAll(): void {
    for (let left = queue.length; left > 0; left = queue.length) {
      flush()
      if (queue.length >= left) break
    }
  }

  if (!open()) schedule(limits.retryMs)

  const reader = createLogReader({
    path,
    isOpen: () => file !== null,
    onFault(error) {
      // What keeps the file from being written is met there, too.
      if (faultOf(error).kind !== 'corrupt') log.warn({ err: error }, 'the history could not be read')
      else if (!closed) fail(error)
    },
  })

  return {
    events,
    queries: reader,
    pastJobs: createPastJobs(
      () => file?.db ?? null,
      run,
      (error) => void fail(error),
    ),
    add(entry, key, merge) {
      if (closed) return
      const merged = key === undefined ? undefined : waiting.get(key)
      if (merged !== undefined && merge !== undefined) {
        merge(merged)
        if (file === null) tellUnkept(merged)
        return
      }
      if (queue.length >= limits.maxQueued || queuedChars >= limits.maxQueuedChars) {
        countLost(1)
        if (file === null) tellUnkept(entry)
        return
      }
      queue.push(entry)
      if (file === null) tellUnkept(entry)
      queuedChars += sizeOf(entry)
      if (key !== undefined) waiting.set(key, entry)
      schedule(file === null ? limits.retryMs : limits.flushMs)
    },
    waitingDetail(id) {
      const row = queue.find((entry) => unkeptIds.get(entry) === id)
      const entry = row === undefined ? null : logEntryOf(row, id)
      if (entry === null || row === undefined || (row.table !== 'messages' && row.table !== 'jobs'))
        return null
      const preview = row.table === 'messages' ? row.row.preview : null
      const { result, error } = row.table === 'jobs' ? row.row : { result: null, error: null }
      return detailOf(entry, { targets: row.row.targets, preview, result, error })
    },
    state() {
      if (breakOff !== null) return { state: 'taking_over', reason: '' }
      return file === null ? { state: 'off', reason } : { state: 'on', reason: '' }
    },
    async forget(about) {
      let deleted = 0
      try {
        writeAll()
        if (queue.length > 0) return null
        for (;;) {
          if (file === null) return null
          const count = forgetChunk(file.db, about)
          deleted += count
          if (count === 0) {
            finishForgetting(file.db)
            break
          }
          // Others are served in between.
          await new Promise<void>((resolve) => void after('forgetting', 0, resolve))
        }
      } catch (error) {
        fail(error)
        return null
      }
      // Who follows the log begins again with what is left.
      events.emit('keptAgain')
      return deleted
    },
    close() {
      if (closed) return
      closed = true
      reader.close()
      if (timer !== null) clearTimeout(timer)
      timer = null
      breakOff?.()
      writeAll()
      if (queue.length > 0)
        log.warn({ entries: queue.length }, 'the activity log was closed before it could take all')
      release()
    },
  }
}

/** What goes into the next transaction, at least one entry: a message to many is many rows. */
function nextBatch(queue: readonly QueuedEntry[], limits: ActivityLogLimits): QueuedEntry[] {
  const most = Math.min(queue.length, limits.maxBatch)
  let rows = 0
  let count = 0
  while (count < most) {
    const entry = queue[count]
    rows += entry === undefined ? 0 : 1 + clientsOf(entry).length
    if (rows > limits.maxBatchRows && count > 0) break
    count += 1
  }
  return queue.slice(0, count)
}

const nothing: WrittenBatch = { entries: [], outcomes: [] }

function sizeOf(entry: QueuedEntry): number {
  switch (entry.table) {
    case 'activity':
      return 100 + entry.row.text.length
    case 'messages':
      return 400 + (entry.row.preview?.length ?? 0)
    case 'jobs':
      return 400 + entry.row.error.length + (entry.row.result?.length ?? 0)
    case 'outcomes':
    case 'clients':
      return 200
  }
}
