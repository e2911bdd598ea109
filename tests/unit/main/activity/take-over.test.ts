import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, vi } from 'vitest'
import type { QueuedEntry } from '../../../../src/main/activity/entries.ts'
import type { ActivityLog } from '../../../../src/main/activity/activity-log.ts'
import { makeOldHistory } from '../../../fixtures/old-history.ts'
import { useJournals } from './activity-log-fixture.ts'

const { place, time, start } = useJournals({ maxAgeSeconds: Infinity })
const now = time.nowMs / 1000

const line = (text: string): QueuedEntry => ({
  table: 'activity',
  row: { at: now, kind: 'session_opened', userId: 'local', client: '', by: 'client', text, count: 1 },
})
const isOn = (activityLog: ActivityLog) =>
  vi.waitFor(() => expect(activityLog.state()).toStrictEqual({ state: 'on', reason: '' }), {
    timeout: 30_000,
    interval: 5,
  })
const briefly = async (activityLog: ActivityLog, limit: number) =>
  (await activityLog.queries.log({ limit })).entries.map(({ id, kind, text }) => [id, kind, text])

/** How many entries there are, and how many clients they are found under. */
function counts(): unknown[] {
  const db = new DatabaseSync(place.path, { readOnly: true })
  const count = (table: string) => db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']
  const all = ['activity', 'messages', 'jobs', 'log', 'log_clients'].map(count)
  db.close()
  return all
}
/** A line has one client, a message three and a job two. */
const whole = (rows: number, more = 0) => [rows + more, rows, rows, 3 * rows + more, 6 * rows]

describe('a history of an earlier schema', { timeout: 60_000 }, () => {
  it('is taken over while the activity log is at work, and what happens meanwhile comes after it', async () => {
    makeOldHistory(place.path, 2000)
    const activityLog = start()
    expect(activityLog.state()).toStrictEqual({ state: 'taking_over', reason: '' })
    expect((await activityLog.queries.log({ limit: 9 })).entries).toStrictEqual([])
    const told: unknown[] = []
    activityLog.events.on('unkept', ({ entry }) => told.push(['unkept', entry.id, entry.text]))
    activityLog.events.on('written', ({ entries }) =>
      told.push(...entries.map(({ entry }) => ['written', entry.id, entry.text])),
    )
    activityLog.events.on('keptAgain', () => told.push('kept again'))
    activityLog.add(line('meanwhile'))
    activityLog.add(line('and more'))
    await isOn(activityLog)
    expect(told).toStrictEqual([
      ['unkept', -1, 'meanwhile'],
      ['unkept', -2, 'and more'],
      ['written', 6001, 'meanwhile'],
      ['written', 6002, 'and more'],
      'kept again',
    ])
    expect(await briefly(activityLog, 6)).toStrictEqual([
      [6002, 'session_opened', 'and more'],
      [6001, 'session_opened', 'meanwhile'],
      // The one job that had not ended.
      [6000, 'job_interrupted', 'execute_code'],
      [5999, 'message', 'command_dispatch'],
      [5998, 'client_registered', 'blender, shot 2000'],
      [5997, 'job_completed', 'execute_code'],
    ])
    activityLog.close()
    expect(counts()).toStrictEqual(whole(2000, 2))
  })

  it('is shown anew once it is taken over, though nothing happened meanwhile', async () => {
    makeOldHistory(place.path, 1)
    const activityLog = start()
    let anew = 0
    activityLog.events.on('keptAgain', () => (anew += 1))
    await isOn(activityLog)
    expect(anew).toBe(1)
  })

  it('keeps as much as may wait meanwhile, and says how much was more', async () => {
    makeOldHistory(place.path, 1)
    const activityLog = start({ maxQueued: 2 })
    for (const text of ['a', 'b', 'c', 'd']) activityLog.add(line(text))
    await isOn(activityLog)
    expect(await briefly(activityLog, 3)).toStrictEqual([
      [6, 'history_gap', `Not kept since ${new Date(time.nowMs).toISOString()}.`],
      [5, 'session_opened', 'b'],
      [4, 'session_opened', 'a'],
    ])
    expect((await activityLog.queries.log({ limit: 1 })).entries[0]?.count).toBe(2)
  })

  it('is whole after a stop in the middle, and the next start takes it over', async () => {
    makeOldHistory(place.path, 5000)
    start().close()
    const next = start()
    await isOn(next)
    next.close()
    expect(counts()).toStrictEqual(whole(5000))
  })

  it('waits for another program that holds it', async () => {
    makeOldHistory(place.path, 10)
    const other = new DatabaseSync(place.path)
    other.exec('BEGIN IMMEDIATE')
    // Long enough to be seen between two tries.
    const activityLog = start({ retryMs: 300 })
    await vi.waitFor(
      () =>
        expect(activityLog.state()).toStrictEqual({
          state: 'off',
          reason: 'The history file is locked by another program.',
        }),
      { timeout: 10_000, interval: 5 },
    )
    other.exec('ROLLBACK')
    other.close()
    await isOn(activityLog)
    activityLog.close()
    expect(counts()).toStrictEqual(whole(10))
  })
})
