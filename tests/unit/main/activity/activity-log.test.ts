import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, vi } from 'vitest'
import type { LogEntry } from '../../../../src/shared/activity.ts'
import type { ActivityRow, QueuedEntry } from '../../../../src/main/activity/entries.ts'
import type { ActivityLog } from '../../../../src/main/activity/activity-log.ts'
import { readerOf, useJournals } from './activity-log-fixture.ts'
import { keptRows } from './kept-rows.ts'

const { place, time, start } = useJournals()

const line = (text: string, more: Partial<ActivityRow> = {}): QueuedEntry => ({
  table: 'activity',
  row: {
    at: time.nowMs / 1000,
    kind: 'client_registered',
    userId: 'local',
    client: 'b',
    by: 'client',
    text,
    count: 1,
    ...more,
  },
})
const log = (activityLog: ActivityLog) =>
  activityLog.state().state === 'on' ? readerOf(place.path).log({ limit: 200 }).entries : []
const texts = (activityLog: ActivityLog) => log(activityLog).map(({ text }) => text)
const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 5 })

/** A second connection that holds the write lock until it is let go. */
function lock(): () => void {
  const other = new DatabaseSync(place.path)
  other.exec('BEGIN IMMEDIATE')
  return () => {
    other.exec('ROLLBACK')
    other.close()
  }
}

describe('what is added', () => {
  it('is in the file a moment later, newest first, and told once it is', async () => {
    const activityLog = start()
    const told: LogEntry[] = []
    activityLog.events.on('written', ({ entries }) => told.push(...entries.map(({ entry }) => entry)))
    activityLog.add(line('one'))
    activityLog.add(line('two', { kind: 'login_refused', client: '', by: 'server', count: 3 }))
    expect(texts(activityLog)).toStrictEqual([])
    await eventually(() => expect(told).toHaveLength(2))
    expect(told).toStrictEqual([
      {
        id: 1,
        at: 1_700_000_000,
        kind: 'client_registered',
        priority: 6,
        userId: 'local',
        client: 'b',
        by: 'client',
        text: 'one',
        count: 1,
        message: null,
        job: null,
      },
      {
        id: 2,
        at: 1_700_000_000,
        kind: 'login_refused',
        priority: 4,
        userId: 'local',
        client: '',
        by: 'server',
        text: 'two',
        count: 3,
        message: null,
        job: null,
      },
    ])
    expect(log(activityLog)).toStrictEqual(told.toReversed())
    expect(activityLog.state()).toStrictEqual({ state: 'on', reason: '' })
  })

  it('is in the file when it is closed, and read back by the next run, in a file of mode 600', () => {
    const activityLog = start()
    activityLog.add(line('kept'))
    activityLog.close()
    activityLog.add(line('too late'))
    if (process.platform !== 'win32') expect(statSync(place.path).mode & 0o777).toBe(0o600)
    expect(texts(start())).toStrictEqual(['kept'])
  })

  it('is merged under its key until it is written, and begins anew after', async () => {
    const activityLog = start()
    const add = () =>
      activityLog.add(line('again'), 'key', (waiting) => {
        if (waiting.table === 'activity') waiting.row.count += 1
      })
    add()
    add()
    add()
    await eventually(() => expect(texts(activityLog)).toHaveLength(1))
    add()
    activityLog.close()
    expect(log(start()).map(({ count }) => count)).toStrictEqual([1, 3])
  })

  it('that one transaction does not hold is written right after it, not a whole wait later', () => {
    vi.useFakeTimers()
    try {
      const activityLog = start({ maxBatch: 2, flushMs: 1000 })
      for (const text of ['a', 'b', 'c', 'd', 'e']) activityLog.add(line(text))
      vi.advanceTimersByTime(999)
      expect(texts(activityLog)).toStrictEqual([])
      vi.advanceTimersByTime(10)
      expect(texts(activityLog)).toStrictEqual(['e', 'd', 'c', 'b', 'a'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('is refused and counted beyond the bound, and the gap is written down', () => {
    const activityLog = start({ maxQueued: 3 })
    for (const text of ['a', 'b', 'c', 'd', 'e']) activityLog.add(line(text))
    activityLog.close()
    expect(log(start()).map(({ kind, text, count }) => [kind, text, count])).toStrictEqual([
      ['history_gap', 'Not kept since 2023-11-14T22:13:20.000Z.', 2],
      ['client_registered', 'c', 1],
      ['client_registered', 'b', 1],
      ['client_registered', 'a', 1],
    ])
  })
})

describe('reading', () => {
  it('gives back messages with what became of them, jobs as they ended, and known clients', () => {
    const activityLog = start({ maxAgeSeconds: Infinity })
    const message = {
      at: 5,
      userId: 'local',
      messageId: 'm',
      jobId: 'j',
      from: 'llm',
      routing: { type: 'broadcast' as const },
      targets: ['a', 'b'],
      targetCount: 2,
      priority: 6,
      kind: 'message',
      bytes: 7,
      preview: '{"n":1}',
      sent: 1,
      filtered: 0,
      dropped: 0,
    }
    const job = {
      userId: 'local',
      jobId: 'j',
      at: 5,
      updatedAt: 5,
      kind: 'job_dispatch',
      title: 't',
      from: 'llm',
      targets: ['a'],
      targetCount: 1,
      state: 'running' as const,
      error: '',
      result: null,
    }
    const client = { userId: 'local', uuid: 'a', clientType: 'blender', label: '', firstSeen: 4, lastSeen: 5 }
    activityLog.add({ table: 'messages', row: message })
    activityLog.add({ table: 'outcomes', row: { messageId: 'm', sent: 0, filtered: 0, dropped: 1 } })
    activityLog.add({ table: 'jobs', row: job })
    activityLog.add({
      table: 'jobs',
      row: { ...job, updatedAt: 6, state: 'failed', error: 'E', result: 'R' },
    })
    activityLog.add({ table: 'clients', row: client })
    activityLog.add({ table: 'clients', row: { ...client, label: 'A', firstSeen: 9, lastSeen: 9 } })
    activityLog.close()
    // The clock of these rows is near 1970: without an age limit they stay.
    start({ maxAgeSeconds: Infinity })
    const kept = keptRows(place.path)
    expect(kept.messages(9)).toStrictEqual([{ ...message, dropped: 1 }])
    expect(kept.jobs()).toStrictEqual([{ ...job, updatedAt: 6, state: 'failed', error: 'E', result: 'R' }])
    expect(kept.clients()).toStrictEqual([{ ...client, label: 'A', firstSeen: 4, lastSeen: 9 }])
  })

  it('shows a job that the last run left unfinished as interrupted', () => {
    const activityLog = start()
    const job = {
      userId: 'local',
      jobId: 'j',
      at: 1_699_999_999,
      updatedAt: 5,
      kind: 'job_dispatch',
      title: 't',
      from: 'llm',
      targets: ['a'],
      targetCount: 1,
      error: '',
      result: null,
    }
    activityLog.add({ table: 'jobs', row: { ...job, state: 'running' } })
    activityLog.close()
    time.nowMs += 1000
    start()
    expect(keptRows(place.path).jobs()).toStrictEqual([{ ...job, state: 'interrupted' }])
  })
})

describe('retention', () => {
  it('lets go of what is older than the limit', async () => {
    const activityLog = start({ maxAgeSeconds: 60, pruneMs: 0 })
    activityLog.add(line('old', { at: time.nowMs / 1000 - 61 }))
    activityLog.add(line('young', { at: time.nowMs / 1000 - 59 }))
    await eventually(() => expect(texts(activityLog)).toStrictEqual(['young']))
  })

  it('keeps the file near its size limit, and the newest in it', async () => {
    const activityLog = start({ maxBytes: 1024 * 1024, maxQueued: 100_000, maxQueuedChars: 1e9, flushMs: 0 })
    const preview = 'x'.repeat(4000)
    for (let n = 0; n < 3000; n += 1) {
      activityLog.add({
        table: 'messages',
        row: {
          at: time.nowMs / 1000,
          userId: 'local',
          messageId: `m${n}`,
          jobId: '',
          from: 'a',
          routing: { type: 'broadcast' },
          targets: [],
          targetCount: 0,
          priority: 6,
          kind: 'message',
          bytes: 1,
          preview,
          sent: 0,
          filtered: 0,
          dropped: 0,
        },
      })
      // As traffic comes: some, and then time for the file.
      if (n % 100 === 99)
        await eventually(() => expect(keptRows(place.path).messages(1)[0]?.messageId).toBe(`m${n}`))
    }
    expect(activityLog.state()).toStrictEqual({ state: 'on', reason: '' })
    expect(keptRows(place.path).messages(1)[0]?.messageId).toBe('m2999')
    expect(keptRows(place.path).messages(9999).length).toBeLessThan(800)
    activityLog.close()
    expect(statSync(place.path).size).toBeLessThan(6 * 1024 * 1024)
  })
})

describe('a file that cannot be used', () => {
  const offWith = (activityLog: ActivityLog, reason: string) =>
    eventually(() => expect(activityLog.state()).toStrictEqual({ state: 'off', reason }))

  it.each([
    [
      'not a database',
      () => writeFileSync(place.path, 'This is a text.\n'.repeat(1000)),
      'The history file is not a database.',
    ],
    [
      'cut in the middle',
      () => {
        fill(200)
        truncateSync(place.path, Math.floor(statSync(place.path).size / 2 / 4096) * 4096)
      },
      'The history file is damaged.',
    ],
    [
      'overwritten in the middle',
      () => {
        fill(200)
        const bytes = readFileSync(place.path)
        bytes.fill(0xff, 4096 * 3, 4096 * 12)
        writeFileSync(place.path, bytes)
      },
      'The history file is damaged.',
    ],
  ])('is set aside, never deleted, when it is %s', async (_, damage, reason) => {
    damage()
    const damaged = readFileSync(place.path)
    const activityLog = start()
    expect(activityLog.state()).toStrictEqual({ state: 'on', reason: '' })
    const aside = 'history.db.damaged-' + new Date(time.nowMs).toISOString().replaceAll(/[:.]/g, '-')
    expect(readdirSync(place.folder)).toContain(aside)
    expect(readFileSync(join(place.folder, aside)).equals(damaged)).toBe(true)
    activityLog.add(line('goes on'))
    await eventually(() =>
      expect(texts(activityLog)).toStrictEqual(['goes on', `${reason} It was kept as ${aside}.`]),
    )
  })

  it('that is locked loses nothing: what waits is written when the lock is gone', async () => {
    const activityLog = start()
    const release = lock()
    activityLog.add(line('while locked'))
    await offWith(activityLog, 'The history file is locked by another program.')
    activityLog.add(line('later'))
    release()
    await eventually(() => expect(texts(activityLog)).toStrictEqual(['later', 'while locked']))
    expect(activityLog.state()).toStrictEqual({ state: 'on', reason: '' })
  })

  it('that is full keeps what it has, says so, and does not throw at who reports', async () => {
    const activityLog = start({ maxBytes: 100_000, maxQueued: 500 })
    const big = 'x'.repeat(2000)
    // One batch that is larger than the file may ever be.
    for (let n = 0; n < 200; n += 1) activityLog.add(line(big))
    await offWith(activityLog, 'The disk is full, or the history has reached its size limit.')
    expect(log(activityLog)).toStrictEqual([])
  })

  it('whose folder is not there is tried again until it is', async () => {
    const activityLog = start({}, join(place.folder, 'later', 'history.db'))
    expect(activityLog.state()).toStrictEqual({
      state: 'off',
      reason: 'The history file cannot be opened or made.',
    })
    activityLog.add(line('waits'))
    mkdirSync(join(place.folder, 'later'))
    await eventually(async () => {
      const { entries } = await activityLog.queries.log({ limit: 9 })
      expect(entries.map(({ text }) => text)).toStrictEqual(['waits'])
    })
  })

  it('made by a newer program is left as it is', () => {
    const newer = new DatabaseSync(place.path)
    newer.exec('PRAGMA user_version = 99; CREATE TABLE theirs (x)')
    newer.close()
    expect(start().state()).toStrictEqual({
      state: 'off',
      reason: 'The history file was made by a newer Busbar.',
    })
    const again = new DatabaseSync(place.path)
    expect(
      again
        .prepare('SELECT name FROM sqlite_schema')
        .all()
        .map((row) => ({ ...row })),
    ).toStrictEqual([{ name: 'theirs' }])
    again.close()
  })
})

function fill(lines: number): void {
  const activityLog = start()
  for (let n = 0; n < lines; n += 1) activityLog.add(line('x'.repeat(500)))
  activityLog.close()
}
