import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import type { LogEvent, LogFilter } from '../../../../src/shared/activity.ts'
import type { QueuedEntry } from '../../../../src/main/activity/entries.ts'
import type { ActivityLogEvents } from '../../../../src/main/activity/activity-log.ts'
import { logEntryOf } from '../../../../src/main/activity/log-entries.ts'
import { emptyPage } from '../../../../src/main/activity/log-queries.ts'
import { logSource } from '../../../../src/main/panel/log-source.ts'

function logFixture(filter: LogFilter = {}) {
  const events = new EventEmitter<ActivityLogEvents>()
  const asked: unknown[] = []
  const log = (look: unknown) => {
    asked.push(look)
    return Promise.resolve(emptyPage)
  }
  const source = logSource({
    filter,
    labelOf: (_, uuid) => (uuid === 'b' ? 'Atelier 1' : undefined),
    activityLog: {
      events,
      state: () => ({ state: 'on', reason: '' }),
      queries: {
        log,
      },
    },
  })
  let news = 0
  const stop = source.onNews(() => (news += 1))
  const write = (...rows: [id: number, row: QueuedEntry][]) =>
    events.emit('written', { entries: rows.flatMap(logged), outcomes: [] })
  return { events, source, stop, write, asked, news: () => news }
}

function logged([id, row]: [number, QueuedEntry]) {
  const entry = logEntryOf(row, id)
  return entry === null ? [] : [{ entry, row }]
}
const line = (text: string, client = 'b'): QueuedEntry => ({
  table: 'activity',
  row: { at: 1, kind: 'client_registered', userId: 'local', client, by: 'client', text, count: 1 },
})
const message = (preview: string, targets: string[], sent = 0): QueuedEntry => ({
  table: 'messages',
  row: {
    ...{ at: 1, userId: 'local', messageId: 'm', jobId: 'j', from: 'llm', routing: { type: 'broadcast' } },
    ...{ targets, targetCount: targets.length, priority: 3, kind: 'chat', bytes: 2, preview },
    ...{ sent, filtered: 0, dropped: 0 },
  },
})
const brief = (event: LogEvent | null) =>
  event?.type === 'news' ? [event.entries.map(({ id, text }) => `${id} ${text}`), event.missed] : event?.type

it('gives the newest page, then what is written, and nothing while there is no news', async () => {
  const { source, write, asked, news } = logFixture({ client: 'b' })
  write([1, line('is in the page')])
  expect([brief(await source.take()), asked]).toStrictEqual(['page', [{ client: 'b', limit: 200 }]])
  expect(await source.take()).toBeNull()
  write([2, line('two')], [3, line('of another', 'c')])
  write([4, line('four')])
  expect([news(), brief(await source.take())]).toStrictEqual([2, [['2 two', '4 four'], 0]])
  expect(await source.take()).toBeNull()
})

it('holds one page for a slow panel, and says how many it left out', async () => {
  const { source, write } = logFixture()
  await source.take()
  for (let id = 1; id <= 203; id += 1) write([id, line('x')])
  const event = await source.take()
  expect(event?.type === 'news' && [event.entries.length, event.entries[0]?.id, event.missed]).toStrictEqual([
    200, 4, 3,
  ])
})

it('tells what has become of messages, whole and once', async () => {
  const { source, events } = logFixture()
  await source.take()
  const outcome = { id: 7, userId: 'local', sent: 1, filtered: 0, dropped: 0 }
  events.emit('written', { entries: [], outcomes: [outcome] })
  events.emit('written', { entries: [], outcomes: [{ ...outcome, sent: 2 }] })
  expect(await source.take()).toStrictEqual({
    type: 'news',
    entries: [],
    outcomes: [{ ...outcome, sent: 2 }],
    missed: 0,
  })
})

it('tells what is not kept, in its newest state, and starts anew when the history is kept again', async () => {
  const { source, events } = logFixture()
  await source.take()
  for (const sent of [0, 1]) {
    for (const each of logged([-1, message('{}', ['b'], sent)])) events.emit('unkept', each)
  }
  const event = await source.take()
  expect(event?.type === 'news' && event.entries.map(({ id, message: m }) => [id, m?.sent])).toStrictEqual([
    [-1, 1],
  ])
  events.emit('keptAgain')
  expect(brief(await source.take())).toBe('page')
})

it.each<[string, LogFilter, boolean]>([
  ['any', {}, true],
  ['its user', { userId: 'local' }, true],
  ['another user', { userId: 'eve' }, false],
  ['its sender', { client: 'llm' }, true],
  ['its 25th target', { client: 't25' }, true],
  ['no party of it', { client: 'x' }, false],
  ['its kind', { kinds: ['message'] }, true],
  ['other kinds', { kinds: ['job_failed'] }, false],
  ['a priority that it reaches', { priority: 3 }, true],
  ['a priority that it does not reach', { priority: 2 }, false],
  ['its payload', { text: 'KEY light' }, true],
  ['a target’s label', { text: 'atelier' }, true],
  ['another text', { text: 'lamp' }, false],
  ['a time before', { until: 0 }, false],
  ['a time after', { since: 2 }, false],
])('lets a message through a filter for %s as the history would', async (_, filter, through) => {
  const { source, write } = logFixture(filter)
  await source.take()
  const targets = ['b', ...Array.from({ length: 30 }, (__, n) => `t${n}`)]
  write([1, message('{"lamp":"Key light"}'.replace('lamp', 'what'), targets)])
  expect((await source.take()) !== null).toBe(through)
})

it('is told of nothing once it is stopped', async () => {
  const { source, stop, events } = logFixture()
  await source.take()
  stop()
  expect([
    events.listenerCount('written'),
    events.listenerCount('unkept'),
    events.listenerCount('keptAgain'),
  ]).toStrictEqual([0, 0, 0])
})

it('what is written while the page is read is told once', async () => {
  const { source, write } = logFixture()
  const page = source.take()
  write([1, line('not in the page')])
  expect(brief(await page)).toBe('page')
  expect(brief(await source.take())).toStrictEqual([['1 not in the page'], 0])
})
