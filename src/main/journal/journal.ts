import { EventEmitter } from 'node:events'
import { basename } from 'node:path'
import type { Activity } from '../../shared/activity.ts'
import type { HistoryState } from '../../shared/status.ts'
import type { Log } from '../access/log.ts'
import type { ActivityRow, JournalEntry } from './entries.ts'
import { faultOf } from './history-fault.ts'
import { openHistoryFile, setAside, type HistoryFile } from './history-file.ts'
import { createHistoryQueries, type HistoryQueries } from './history-queries.ts'
import { prune } from './retention.ts'

/** Every bound of the journal. */
export const defaultJournalLimits = {
  /** Longest time from an event to the file; a killed process loses no more than this. */
  flushMs: 75,
  /** What waits to be written; beyond it the newest entries are given up and counted. */
  maxQueued: 10_000,
  /** Characters of what waits. */
  maxQueuedChars: 8 * 1024 * 1024,
  /** Entries in one transaction; the rest goes into the next one. */
  maxBatch: 2000,
  /** Wait before a file that could not be used is tried again. */
  retryMs: 5000,
  maxAgeSeconds: 30 * 24 * 3600,
  maxBytes: 256 * 1024 * 1024,
  /** How often rows are looked at for their age. */
  pruneMs: 10 * 60_000,
}
export type JournalLimits = { readonly [Name in keyof typeof defaultJournalLimits]: number }

export interface JournalPorts {
  /** The history file; its folder must be there. */
  readonly path: string
  /** Unix milliseconds. */
  readonly clock: () => number
  readonly log: Log
  readonly limits?: Partial<JournalLimits> | undefined
}

/**
 * What happened, kept in a file. It writes in batches, a moment after the event and never in its way; what the
 * file cannot take waits in a bounded queue. Whatever befalls the file, nothing here throws at who reports an event.
 */
export interface Journal {
  /**
   * Takes one entry to be written soon. Until then an entry of the same `key` can be merged into it: `merge`
   * changes the one that waits, and `entry` is not added.
   */
  add(entry: JournalEntry, key?: string, merge?: (waiting: JournalEntry) => void): void
  state(): HistoryState
  readonly queries: HistoryQueries
  /** `written` with each batch of activity that has reached the file, oldest first. */
  readonly events: EventEmitter<{ written: [entries: readonly Activity[]] }>
  /** Writes what waits and closes the file. Idempotent. */
  close(): void
}

/** Opens the history, or begins without one and tries again later. Never throws. */
export function createJournal(ports: JournalPorts): Journal {
  const { path, clock, log } = ports
  const limits: JournalLimits = { ...defaultJournalLimits, ...ports.limits }
  const events = new EventEmitter<{ written: [entries: readonly Activity[]] }>()
  events.setMaxListeners(0)
  const run = clock() / 1000
  let file: HistoryFile | null = null
  let reason = ''
  let queue: JournalEntry[] = []
  let queuedChars = 0
  let lost = 0
  let lostSince = 0
  const waiting = new Map<string, JournalEntry>()
  let timer: NodeJS.Timeout | null = null
  let prunedAtMs = -Infinity
  let closed = false
  let wasFull = false

  const note = (kind: ActivityRow['kind'], text: string, count = 1): JournalEntry => ({
    table: 'activity',
    row: { at: clock() / 1000, kind, userId: '', client: '', by: 'server', text, count },
  })

  function open(): boolean {
    try {
      file = openHistoryFile({ path, run, maxFileBytes: limits.maxBytes * 1.5 })
      if (wasFull) {
        const half = { maxAgeSeconds: limits.maxAgeSeconds, maxBytes: limits.maxBytes / 2 }
        for (let step = 0; step < 20 && prune(file.db, half, clock() / 1000); step += 1);
      }
      if (reason !== '') log.info({ file: basename(path) }, 'history is being kept again')
      reason = ''
      return true
    } catch (error) {
      return fail(error)
    }
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
      log.error({ err: error, reason }, 'history is not being kept; it is tried again every few seconds')
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
    const batch = queue.slice(0, limits.maxBatch)
    waiting.clear()
    const ids = batch.length === 0 ? [] : write(batch)
    // What could not be written waits for the next try.
    if (ids === null) return
    queue = queue.slice(batch.length)
    queuedChars = queue.reduce((sum, entry) => sum + sizeOf(entry), 0)
    tell(batch, ids)
    tidy()
  }

  /** The ids of the activity in the batch; null where the file failed and the batch has to wait. */
  function write(batch: readonly JournalEntry[]): readonly number[] | null {
    if (file === null) return null
    try {
      return file.write(batch)
    } catch (error) {
      if (faultOf(error).kind === 'bug') {
        // Tried again it would fail again, and everything after it would wait for ever.
        log.error({ err: error, entries: batch.length }, 'entries of the history were given up')
        countLost(batch.length)
        return []
      }
      fail(error)
      return null
    }
  }

  function tell(batch: readonly JournalEntry[], ids: readonly number[]): void {
    const rows = batch.flatMap((entry) => (entry.table === 'activity' ? [entry.row] : []))
    const entries = ids.flatMap((id, index) => {
      const row = rows[index]
      return row === undefined ? [] : [{ id, ...row }]
    })
    if (entries.length > 0) events.emit('written', entries)
  }

  function tidy(): void {
    if (file === null) return
    try {
      const due = clock() - prunedAtMs >= limits.pruneMs
      const more = prune(file.db, due ? limits : { ...limits, maxAgeSeconds: Infinity }, clock() / 1000)
      if (due && !more) prunedAtMs = clock()
    } catch (error) {
      fail(error)
    }
  }

  function countLost(count: number): void {
    if (lost === 0) lostSince = clock()
    lost += count
  }

  function schedule(ms: number): void {
    if (closed || timer !== null) return
    timer = setTimeout(() => {
      timer = null
      flush()
      if (file === null) schedule(limits.retryMs)
      else if (queue.length > 0) schedule(limits.flushMs)
    }, ms)
    timer.unref()
  }

  if (!open()) schedule(limits.retryMs)

  return {
    events,
    queries: createHistoryQueries(
      () => file?.db ?? null,
      (error) => void fail(error),
    ),
    add(entry, key, merge) {
      if (closed) return
      const merged = key === undefined ? undefined : waiting.get(key)
      if (merged !== undefined && merge !== undefined) {
        merge(merged)
        return
      }
      if (queue.length >= limits.maxQueued || queuedChars >= limits.maxQueuedChars) {
        countLost(1)
        return
      }
      queue.push(entry)
      queuedChars += sizeOf(entry)
      if (key !== undefined) waiting.set(key, entry)
      schedule(file === null ? limits.retryMs : limits.flushMs)
    },
    state: () => (file === null ? { state: 'off', reason } : { state: 'on', reason: '' }),
    close() {
      if (closed) return
      closed = true
      if (timer !== null) clearTimeout(timer)
      timer = null
      for (let left = queue.length; left > 0; left = queue.length) {
        flush()
        if (queue.length >= left) break
      }
      release()
    },
  }
}

function sizeOf(entry: JournalEntry): number {
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
