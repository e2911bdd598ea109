import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, vi } from 'vitest'
import type { LogEntry } from '../../../../src/shared/activity.ts'
import type { ActivityRow, JobRow, QueuedEntry, MessageRow } from '../../../../src/main/activity/entries.ts'
import type { ActivityLog } from '../../../../src/main/activity/activity-log.ts'
import { openForReading } from '../../../../src/main/activity/history-database.ts'
import { queryLog, type LogQuery } from '../../../../src/main/activity/log-queries.ts'
import { migrations } from '../../../../src/main/activity/schema.ts'
import { readerOf, useJournals, type HistoryReader } from './activity-log-fixture.ts'
import { keptRows } from './kept-rows.ts'

const t0 = 1_700_000_000
const { place, time, start } = useJournals({ maxAgeSeconds: Infinity })

/** An activity log that is open, and what is read in its file. */
const reading = (open: ActivityLog) => ({ ...readerOf(place.path), close: () => open.close() })

/** One that has all of it in its file. */
function holding(...entries: QueuedEntry[]) {
  const writing = start()
  for (const entry of entries) writing.add(entry)
  writing.close()
  return reading(start())
}

const line = (more: Partial<ActivityRow> = {}): QueuedEntry => ({
  table: 'activity',
  row: {
    ...{ at: t0, kind: 'client_registered', userId: 'local', client: 'b', by: 'client', text: '', count: 1 },
    ...more,
  },
})
const message = (messageId: string, more: Partial<MessageRow> = {}): QueuedEntry => ({
  table: 'messages',
  row: {
    ...{ at: t0, userId: 'local', messageId, jobId: `job of ${messageId}`, from: 'llm' },
    ...{ routing: { type: 'direct', target_uuid: 'b' }, targets: ['b'], targetCount: 1, priority: 6 },
    ...{ kind: 'chat', bytes: 7, preview: '{"n":1}', sent: 1, filtered: 0, dropped: 0 },
    ...more,
  },
})
const job = (jobId: string, more: Partial<JobRow> = {}): QueuedEntry => ({
  table: 'jobs',
  row: {
    ...{ userId: 'local', jobId, at: t0, updatedAt: t0 + 1, kind: 'command_dispatch', title: 'render' },
    ...{ from: 'llm', targets: ['b'], targetCount: 1, state: 'completed', error: '', result: '42' },
    ...more,
  },
})
const brief = ({ kind, client, text }: LogEntry) => `${kind} ${client} ${text}`
const looked = (activityLog: HistoryReader, look: Partial<LogQuery> = {}) =>
  activityLog.log({ limit: 50, ...look }).entries.map(brief)

describe('the log', () => {
  it('is one list of lines, messages and jobs that ended, each with what it says', () => {
    const activityLog = holding(
      line({ text: 'blender' }),
      message('m', { at: t0 + 1, targets: ['b', 'c'], targetCount: 30, routing: { type: 'broadcast' } }),
      job('j', { updatedAt: t0 + 2, state: 'failed', error: 'Traceback\n  line 1\nKeyError: "x"\n' }),
      job('k', { state: 'running' }),
    )
    expect(activityLog.log({ limit: 9 })).toStrictEqual({
      entries: [
        {
          ...{ id: 3, at: t0 + 2, kind: 'job_failed', priority: 3, userId: 'local', client: 'llm' },
          ...{ by: 'client', text: 'render', count: 1, message: null },
          job: { jobId: 'j', targets: ['b'], targetCount: 1, dispatchedAt: t0, problem: 'KeyError: "x"' },
        },
        {
          ...{ id: 2, at: t0 + 1, kind: 'message', priority: 6, userId: 'local', client: 'llm' },
          ...{ by: 'client', text: 'chat', count: 1, job: null },
          message: {
            ...{ messageId: 'm', jobId: 'job of m', routing: { type: 'broadcast' } },
            ...{ targets: ['b', 'c'], targetCount: 30, bytes: 7, sent: 1, filtered: 0, dropped: 0 },
          },
        },
        {
          ...{ id: 1, at: t0, kind: 'client_registered', priority: 6, userId: 'local', client: 'b' },
          ...{ by: 'client', text: 'blender', count: 1, message: null, job: null },
        },
      ],
      next: null,
      nextAt: null,
      names: {},
    })
  })

  it('has a job that ended within its batch after the messages that passed before its end', () => {
    const activityLog = holding(
      job('j', { at: t0, updatedAt: t0 + 0.02 }),
      message('asks', { at: t0 }),
      message('answers', { at: t0 + 0.01, kind: 'job_update' }),
    )
    expect(looked(activityLog)).toStrictEqual([
      'job_completed llm render',
      'message llm job_update',
      'message llm chat',
    ])
  })

  it('has a job once, however often its end is told', () => {
    const activityLog = holding(job('j', { state: 'running' }), job('j'), job('j'))
    expect(looked(activityLog)).toStrictEqual(['job_completed llm render'])
  })

  it('ends what the last run left, at the time of this one', () => {
    const writing = start()
    writing.add(job('j', { state: 'running' }))
    writing.close()
    time.nowMs += 5000
    const [entry] = reading(start()).log({ limit: 1, client: 'llm' }).entries
    expect(entry).toMatchObject({ kind: 'job_interrupted', at: time.nowMs / 1000, by: 'server' })
  })

  it('names clients as they were last called', () => {
    const client = { userId: 'local', uuid: 'b', clientType: 'blender', firstSeen: t0, lastSeen: t0 }
    const activityLog = holding(
      { table: 'clients', row: { ...client, label: 'Atelier 1' } },
      { table: 'clients', row: { ...client, userId: 'eve', label: 'another bus' } },
      message('m'),
    )
    expect(activityLog.log({ limit: 9 }).names).toStrictEqual({ 'local\u001fb': 'Atelier 1' })
    expect(looked(activityLog, { text: 'atelier' })).toStrictEqual(['message llm chat'])
    expect(looked(activityLog, { text: 'another' })).toStrictEqual([])
  })
})

describe('looking', () => {
  const many = () =>
    holding(
      line({ text: '100% of it', client: 'shot_010' }),
      line({ text: '100 of it', client: 'shotX010', userId: 'eve', at: t0 + 1 }),
      line({ kind: 'login_refused', client: '', userId: '', at: t0 + 2 }),
      message('m', { at: t0 + 3, priority: 2, preview: '{"lamp":"Key light"}' }),
      message('n', { at: t0 + 4, from: 'b', targets: ['llm'] }),
      job('j', { at: t0 + 4, updatedAt: t0 + 5, state: 'failed', error: 'No camera' }),
    )

  it('filters by user, client in any part, kind, priority, text and time', () => {
    const activityLog = many()
    const ids = (look: Partial<LogQuery>) =>
      activityLog.log({ limit: 9, ...look }).entries.map(({ id }) => id)
    expect(ids({})).toStrictEqual([6, 5, 4, 3, 2, 1])
    expect(ids({ userId: 'eve' })).toStrictEqual([2])
    expect(ids({ client: 'shot_010' })).toStrictEqual([1])
    expect(ids({ client: 'b' })).toStrictEqual([6, 5, 4])
    expect(ids({ client: 'b', kinds: ['message'] })).toStrictEqual([5, 4])
    expect(ids({ kinds: ['login_refused', 'job_failed'] })).toStrictEqual([6, 3])
    expect(ids({ kinds: [] })).toStrictEqual([])
    expect(ids({ priority: 3 })).toStrictEqual([6, 4])
    expect(ids({ text: '0% O' })).toStrictEqual([1])
    expect(ids({ text: 'shot_' })).toStrictEqual([1])
    expect(ids({ text: 'key LIGHT' })).toStrictEqual([4])
    expect(ids({ text: 'no camera' })).toStrictEqual([6])
    expect(ids({ text: "'; DROP TABLE log; --" })).toStrictEqual([])
    expect(ids({ since: t0 + 2, until: t0 + 4 })).toStrictEqual([5, 4, 3])
    expect(ids({ since: t0 + 9 })).toStrictEqual([])
    expect(ids({ until: t0 - 9 })).toStrictEqual([])
    expect(ids({ since: t0 + 2, until: t0 + 4, after: 0 })).toStrictEqual([3, 4, 5])
  })

  it('pages in both directions, and from a moment on', () => {
    const activityLog = many()
    const page = (look: Partial<LogQuery>) => {
      const { entries, next, nextAt } = activityLog.log({ limit: 2, ...look })
      return [entries.map(({ id }) => id), next, nextAt]
    }
    expect(page({})).toStrictEqual([[6, 5], 5, t0 + 4])
    expect(page({ before: 5 })).toStrictEqual([[4, 3], 3, t0 + 2])
    expect(page({ before: 3 })).toStrictEqual([[2, 1], null, null])
    expect(page({ after: 2 })).toStrictEqual([[3, 4], 4, t0 + 3])
    expect(page({ after: 4 })).toStrictEqual([[5, 6], null, null])
    expect(page({ after: 6 })).toStrictEqual([[], null, null])
    expect([t0, t0 + 2.5, t0 + 99].map((at) => activityLog.lastIdBefore(at))).toStrictEqual([null, 3, 6])
  })

  it('goes through a bounded stretch, and says where to go on', () => {
    const lines = Array.from({ length: 5000 }, (_, n) => line({ at: t0 + n, text: `line ${n}` }))
    const activityLog = holding(line({ at: t0 - 1, text: 'needle' }), ...lines)
    const nexts: (number | null)[] = []
    const found: string[] = []
    let before: number | undefined
    do {
      const { entries, next } = activityLog.log({ text: 'needle', before, limit: 9 })
      found.push(...entries.map(({ text }) => text))
      nexts.push(next)
      before = next ?? undefined
    } while (before !== undefined)
    expect([found, nexts]).toStrictEqual([['needle'], [3002, 1002, null]])
  })

  it('goes on for a time, at least one entry, and says where to go on', () => {
    holding(...Array.from({ length: 6 }, (_, n) => line({ at: t0 + n, text: `needle ${n}` })))
    const db = openForReading(place.path)
    /** Each look at the clock takes 100 ms: there is time for two entries. */
    const page = (look: Partial<LogQuery>, everyLookMs = 100) => {
      let nowMs = 0
      const { entries, next } = queryLog(
        db,
        { text: 'needle', limit: 9, ...look },
        () => (nowMs += everyLookMs),
      )
      return [entries.map(({ id }) => id), next]
    }
    expect([page({}), page({ before: 5 }), page({ after: 0 }), page({ after: 4 })]).toStrictEqual([
      [[6, 5], 5],
      [[4, 3], 3],
      [[1, 2], 2],
      [[5, 6], null],
    ])
    expect(page({}, 1000)).toStrictEqual([[6], 6])
    db.close()
  })

  it('is not led astray by a server’s clock that was set back', () => {
    const activityLog = holding(line({ at: t0 + 100, text: 'before' }))
    const later = start()
    activityLog.close()
    later.add(line({ at: t0, text: 'after' }))
    later.close()
    expect(looked(reading(start()))).toStrictEqual([
      'client_registered b after',
      'client_registered b before',
    ])
  })
})

describe('the detail', () => {
  it('has the payload as far as it is kept, and what became of it for each target', () => {
    const activityLog = holding(
      message('whole'),
      message('cut', { bytes: 9000, preview: 'x'.repeat(4096), targets: ['b', 'c'], targetCount: 2 }),
      message('not kept', { preview: null, sent: 0 }),
    )
    const details = [1, 2, 3].map((id) => activityLog.detail(id))
    expect(details.map((detail) => [detail?.payload, detail?.deliveries])).toStrictEqual([
      [{ text: '{"n":1}', bytes: 7, cut: false }, [{ uuid: 'b', outcome: 'sent' }]],
      [
        { text: 'x'.repeat(4096), bytes: 9000, cut: true },
        [
          { uuid: 'b', outcome: null },
          { uuid: 'c', outcome: null },
        ],
      ],
      [null, [{ uuid: 'b', outcome: 'queued' }]],
    ])
    expect(activityLog.detail(4)).toBeNull()
    expect(activityLog.detail(1, 'eve')).toBeNull()
    expect(activityLog.detail(1, 'local')).not.toBeNull()
  })

  it('has what a job answered', () => {
    const activityLog = holding(job('j', { error: 'E' }), job('k', { result: null }))
    const parts = [1, 2].map((id) => activityLog.detail(id))
    expect(parts.map((detail) => [detail?.result, detail?.error, detail?.payload])).toStrictEqual([
      [{ text: '42', bytes: 2, cut: false }, { text: 'E', bytes: 1, cut: false }, null],
      [null, { text: '', bytes: 0, cut: false }, null],
    ])
  })
})

describe('a file of the first schema', () => {
  it('is taken over with all that it has', async () => {
    const old = new DatabaseSync(place.path)
    old.exec(migrations[0] ?? '')
    old.exec(`PRAGMA user_version = 1;
      INSERT INTO activity (at, kind, user_id, client, by_whom, text, count)
        VALUES (10, 'login_refused', '', '', 'server', 'A wrong token', 3), (40, 'server_stopped', '', '', 'server', '', 1);
      INSERT INTO messages (at, user_id, message_id, job_id, from_uuid, routing, targets, target_count, priority, kind,
          bytes, preview, sent, filtered, dropped)
        VALUES (20, 'local', 'm', 'j', 'llm', '{"type":"broadcast"}', '["b","c"]', 2, 3, 'chat', 2, '{}', 2, 0, 0);
      INSERT INTO jobs (run, user_id, job_id, at, updated_at, kind, title, from_uuid, targets, state, error, result)
        VALUES (1, 'local', 'j', 20, 30, 'command_dispatch', 'render', 'llm', '["b"]', 'completed', '', ''),
          (1, 'local', 'k', 20, 30, 'command_dispatch', 'bake', 'llm', '["b"]', 'running', '', '')`)
    old.close()
    time.nowMs = t0 * 1000
    const activityLog = start()
    await vi.waitFor(() => expect(activityLog.state().state).toBe('on'), { timeout: 10_000 })
    expect(
      reading(activityLog)
        .log({ limit: 9 })
        .entries.map(({ id, at, kind, priority }) => [id, at, kind, priority]),
    ).toStrictEqual([
      [5, t0, 'job_interrupted', 4],
      [4, 40, 'server_stopped', 5],
      [3, 30, 'job_completed', 6],
      [2, 20, 'message', 3],
      [1, 10, 'login_refused', 4],
    ])
    const of = (client: string) =>
      reading(activityLog)
        .log({ limit: 9, client })
        .entries.map(({ id }) => id)
    expect([of('b'), of('c'), of('llm')]).toStrictEqual([[5, 3, 2], [2], [5, 3, 2]])
    expect(
      keptRows(place.path)
        .jobs()
        .map(({ targetCount }) => targetCount),
    ).toStrictEqual([1, 1])
  })
})

it('what is let go of for its age is gone from the log and from its clients’ too', async () => {
  const activityLog = start({ maxAgeSeconds: 60, pruneMs: 0 })
  const old = time.nowMs / 1000 - 61
  activityLog.add(line({ at: old, text: 'old' }))
  activityLog.add(message('m', { at: old }))
  activityLog.add(job('j', { at: old, updatedAt: old }))
  activityLog.add(line({ at: time.nowMs / 1000, text: 'young' }))
  await vi.waitFor(() => expect(looked(reading(activityLog))).toStrictEqual(['client_registered b young']), {
    timeout: 10_000,
  })
  expect(looked(reading(activityLog), { client: 'b' })).toStrictEqual(['client_registered b young'])
  activityLog.close()
  const db = new DatabaseSync(place.path)
  expect(db.prepare('SELECT count(*) AS n FROM log_clients').get()?.['n']).toBe(1)
  db.close()
})

describe('what the history cannot take', () => {
  it('is told all the same, again when it changes, and once more as kept when it is', async () => {
    const activityLog = start()
    const told: unknown[] = []
    const tell = (how: string) => (entry: LogEntry) =>
      told.push([how, entry.id, brief(entry), entry.message?.sent])
    activityLog.events.on('unkept', ({ entry }) => tell('unkept')(entry))
    activityLog.events.on('written', ({ entries }) => entries.forEach(({ entry }) => tell('written')(entry)))
    activityLog.events.on('keptAgain', () => told.push('kept again'))
    const other = new DatabaseSync(place.path)
    other.exec('BEGIN IMMEDIATE')
    activityLog.add(line({ text: 'waits' }))
    await vi.waitFor(() => expect(told).toHaveLength(1), { timeout: 10_000 })
    expect(activityLog.state().state).toBe('off')
    activityLog.add(message('m', { sent: 0 }), 'm')
    expect(activityLog.waitingDetail(-2)).toMatchObject({
      entry: { id: -2, kind: 'message' },
      payload: { text: '{"n":1}', bytes: 7, cut: false },
      deliveries: [{ uuid: 'b', outcome: 'queued' }],
    })
    activityLog.add(
      { table: 'outcomes', row: { messageId: 'm', sent: 1, filtered: 0, dropped: 0 } },
      'm',
      (waiting) => {
        if (waiting.table === 'messages') waiting.row.sent += 1
      },
    )
    other.exec('ROLLBACK')
    other.close()
    await vi.waitFor(() => expect(told).toContain('kept again'), { timeout: 10_000 })
    expect(told).toStrictEqual([
      ['unkept', -1, 'client_registered b waits', undefined],
      ['unkept', -2, 'message llm chat', 0],
      ['unkept', -2, 'message llm chat', 1],
      ['written', 1, 'client_registered b waits', undefined],
      ['written', 2, 'message llm chat', 1],
      'kept again',
    ])
    expect(activityLog.waitingDetail(-2)).toBeNull()
  })
})

it('a message to many is many rows, and a batch holds only so many', async () => {
  const activityLog = start({ maxBatchRows: 10 })
  const batches: number[] = []
  activityLog.events.on('written', ({ entries }) => batches.push(entries.length))
  const targets = ['a', 'b', 'c']
  for (const id of ['1', '2', '3', '4']) activityLog.add(message(id, { targets, targetCount: 3 }))
  activityLog.add(message('5', { targets: Array.from({ length: 15 }, (_, n) => `t${n}`), targetCount: 15 }))
  await vi.waitFor(() => expect(batches).toStrictEqual([2, 2, 1]), { timeout: 10_000 })
})
