import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { QueuedEntry } from '../../../../src/main/activity/entries.ts'
import { isAbout, programPrefixOf } from '../../../../src/shared/forget.ts'
import { useJournals } from './activity-log-fixture.ts'
import { keptRows } from './kept-rows.ts'

const { place, time, start } = useJournals({ maxAgeSeconds: Infinity, maxContentAgeSeconds: Infinity })

const message = (messageId: string, from: string, targets: string[], userId = 'local'): QueuedEntry => ({
  table: 'messages',
  row: {
    ...{ at: time.nowMs / 1000, userId, messageId, jobId: '', from, targets },
    routing: { type: 'broadcast' },
    priority: 6,
    ...{ targetCount: targets.length, kind: 'chat', bytes: 1, preview: `what ${messageId} says` },
    ...{ sent: 0, filtered: 0, dropped: 0 },
  },
})
const job = (jobId: string, from: string, targets: string[]): QueuedEntry => ({
  table: 'jobs',
  row: {
    ...{ userId: 'local', jobId, at: time.nowMs / 1000, updatedAt: time.nowMs / 1000 },
    kind: 'job_dispatch',
    state: 'completed',
    ...{ title: jobId, from, targets, targetCount: targets.length, error: '', result: `result of ${jobId}` },
  },
})
const known = (uuid: string): QueuedEntry => ({
  table: 'clients',
  row: { userId: 'local', uuid, clientType: 'llm', label: '', firstSeen: 1, lastSeen: time.nowMs / 1000 },
})

describe('forgetting a client', () => {
  it('deletes what it was in as sender or target, and its record, and nothing else', async () => {
    const activityLog = start()
    for (const entry of [
      ...[message('m1', 'b', ['x']), message('m2', 'x', ['y', 'b']), message('m3', 'x', ['y'])],
      ...[message('m4', 'b', [], 'eve'), job('j1', 'x', ['b']), job('j2', 'x', ['y'])],
      ...[known('b'), known('x')],
    ]) {
      activityLog.add(entry)
    }
    expect(await activityLog.forget({ userId: 'local', uuid: 'b' })).toBe(3)
    activityLog.close()
    const rows = keptRows(place.path)
    expect([
      rows.messages(9).map(({ messageId }) => messageId),
      rows.jobs().map(({ jobId }) => jobId),
      rows.clients().map(({ uuid }) => uuid),
    ]).toStrictEqual([['m4', 'm3'], ['j2'], ['x']])
    const file = readFileSync(place.path, 'latin1')
    expect([file.includes('what m1 says'), file.includes('what m3 says')]).toStrictEqual([false, true])
  })

  it('takes all numbers of a program, and goes on until nothing is left', async () => {
    const activityLog = start()
    const program = 'llm-claude-code-a1b2c3-'
    for (let n = 0; n < 700; n += 1)
      activityLog.add(message(`m${String(n)}`, `${program}${String(1 + (n % 3))}`, []))
    activityLog.add(message('other', 'llm-claude-code-ffffff-1', []))
    activityLog.add(message('longer', `${program}1x`, []))
    expect(await activityLog.forget({ userId: 'local', uuid: `${program}2` })).toBe(700)
    activityLog.close()
    expect(
      keptRows(place.path)
        .messages(9)
        .map(({ messageId }) => messageId),
    ).toStrictEqual(['longer', 'other'])
  })

  it('tells who follows the log to begin again', async () => {
    const activityLog = start()
    let begun = 0
    activityLog.events.on('keptAgain', () => (begun += 1))
    expect(await activityLog.forget({ userId: 'local', uuid: 'nobody' })).toBe(0)
    expect(begun).toBe(1)
  })

  it('is refused while there is no file', async () => {
    const activityLog = start({}, place.folder)
    expect(await activityLog.forget({ userId: 'local', uuid: 'b' })).toBeNull()
  })
})

describe('what messages and results say', () => {
  it('goes before the entries do', async () => {
    const activityLog = start({ maxContentAgeSeconds: 60, pruneMs: 0 })
    const seconds = time.nowMs / 1000
    const at = (entry: QueuedEntry, moment: number): QueuedEntry =>
      ({ ...entry, row: { ...entry.row, at: moment, updatedAt: moment } }) as QueuedEntry
    activityLog.add(at(message('old', 'a', []), seconds - 61))
    activityLog.add(at(job('old', 'a', ['b']), seconds - 61))
    activityLog.add(at(message('young', 'a', []), seconds - 59))
    activityLog.add(at(job('young', 'a', ['b']), seconds - 59))
    await expect
      .poll(() => {
        const rows = keptRows(place.path)
        return [
          rows.messages(9).map(({ messageId, preview }) => [messageId, preview]),
          rows.jobs().map(({ jobId, result }) => [jobId, result]),
        ]
      })
      .toStrictEqual([
        [
          ['young', 'what young says'],
          ['old', null],
        ],
        [
          ['young', 'result of young'],
          ['old', null],
        ],
      ])
  })
})

describe('a program', () => {
  it('is known by the identities that Busbar gives, and by no uuid of a client’s own', () => {
    expect([
      programPrefixOf('llm-claude-code-a1b2c3-12'),
      programPrefixOf('llm-claude-code-a1b2c3-0'),
      programPrefixOf('blender-1'),
      isAbout('llm-x-a1b2c3-1', 'llm-x-a1b2c3-2'),
      isAbout('llm-x-a1b2c3-1', 'llm-x-a1b2c4-1'),
      isAbout('blender-1', 'blender-1'),
      isAbout('blender-1', 'blender-2'),
    ]).toStrictEqual(['llm-claude-code-a1b2c3-', null, null, true, false, true, false])
  })
})
