import { describe, expect, it } from 'vitest'
import type { LogEvent, LogFilter, LogPage } from '../../../../../src/shared/activity.ts'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import { createLog } from '../../../../../src/renderer/model/activity/log-store.ts'
import { logEntry, logPage, messageEntry } from '../../fakes/log-entries.ts'

interface Asked {
  question: Record<string, unknown>
  answer: (page: LogPage) => Promise<void>
  fail: () => Promise<void>
}

/** A log on a link that a test holds: it hands in what the watch says, and answers what is asked, by hand. */
function logFixture(fixed: LogFilter = {}) {
  const asked: Asked[] = []
  const watches: {
    filter: LogFilter
    signal: AbortSignal
    take: (event: LogEvent) => void
    fail: () => void
  }[] = []
  let seekAnswer: number | null = null
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0))
  const api = {
    activity: {
      list: (question: Record<string, unknown>) =>
        new Promise<LogPage>((resolve, reject) =>
          asked.push({
            question,
            answer: (page) => (resolve(page), settle()),
            fail: () => (reject(new Error('lost')), settle()),
          }),
        ),
      seek: () => Promise.resolve({ id: seekAnswer }),
      detail: ({ id }: { id: number }) =>
        Promise.resolve({ entry: logEntry(id), deliveries: [], payload: null, result: null, error: null }),
    },
  } as unknown as PanelApi
  let begin: (api: PanelApi, signal: AbortSignal) => void = () => undefined
  let link = new AbortController()
  const log = createLog(
    {
      whileLive(start) {
        begin = start
        start(api, link.signal)
        return () => link.abort()
      },
      follow: (_, filter, signal, take) =>
        new Promise((_resolve, reject) =>
          watches.push({ filter, signal, take, fail: () => reject(new Error('x')) }),
        ),
      labelOf: (key) => (key === 'local\u001fb' ? 'Atelier 1' : undefined),
    },
    fixed,
  )
  const stop = log.start()
  const state = () => log.state.getState()
  const tell = (event: LogEvent) => watches.at(-1)?.take(event)
  const news = (ids: readonly number[], more: Partial<Extract<LogEvent, { type: 'news' }>> = {}) =>
    tell({ type: 'news', entries: ids.map((id) => logEntry(id)), outcomes: [], missed: 0, ...more })
  return {
    log,
    state,
    asked,
    watches,
    tell,
    news,
    stop,
    settle,
    page: (page: LogPage) => tell({ type: 'page', page }),
    ids: () => state().entries.map(({ id }) => id),
    seekTo: (id: number | null) => (seekAnswer = id),
    relink: () => {
      link.abort()
      link = new AbortController()
      begin(api, link.signal)
    },
  }
}
const down = (from: number, count: number) => Array.from({ length: count }, (_, index) => from - index)

describe('following', () => {
  it('shows the newest page and what is new, oldest first, and keeps the newest 2,000', () => {
    const { page, news, ids, state } = logFixture()
    expect(state().phase).toBe('loading')
    page(logPage(down(200, 200), { next: 1, nextAt: 1 }))
    for (let n = 201; n <= 2300; n += 100) news(down(n + 99, 100).toReversed())
    expect([ids().length, ids()[0], ids().at(-1), state().olderFrom]).toStrictEqual([2000, 301, 2300, 301])
    expect([state().following, state().unseen]).toStrictEqual([true, 0])
  })

  it('goes on looking back by itself until a search has found something, or is at its end', async () => {
    const { page, asked, ids, state } = logFixture()
    page(logPage([900], { next: 800, nextAt: 800 }))
    expect([asked.length, asked[0]?.question, state().busy, state().olderAt]).toStrictEqual([
      1,
      { before: 800, limit: 200 },
      'older',
      800,
    ])
    await asked[0]?.answer(logPage([], { next: 500, nextAt: 500 }))
    expect([asked[1]?.question, state().olderAt]).toStrictEqual([{ before: 500, limit: 200 }, 500])
    await asked[1]?.answer(logPage([300]))
    expect([ids(), state().busy, state().olderFrom]).toStrictEqual([[300, 900], null, null])
  })

  it('takes up at the newest where it was too slow, without a gap in what it shows', () => {
    const { page, news, ids, state } = logFixture()
    page(logPage([2, 1]))
    news([50, 51], { missed: 47 })
    expect([ids(), state().olderFrom]).toStrictEqual([[50, 51], 50])
  })

  it('shows what becomes of a message, in the list and in the entry that is open', () => {
    const { log, page, news, state } = logFixture()
    page({ ...logPage([]), entries: [messageEntry(1)] })
    log.openEntry(messageEntry(1))
    news([], { outcomes: [{ id: 1, userId: 'local', sent: 1, filtered: 0, dropped: 0 }] })
    expect([state().entries[0]?.message?.sent, state().open?.message?.sent]).toStrictEqual([1, 1])
  })

  it('remembers what clients were called, for when they have left', () => {
    const { page, state } = logFixture()
    page(logPage([1], { names: { 'local\u001fgone': 'Farm 04' } }))
    expect(Object.fromEntries(state().names)).toStrictEqual({
      'local\u001fgone': 'Farm 04',
      'local\u001fb': 'Atelier 1',
    })
  })
})

describe('standing still', () => {
  it('counts what is new, and goes back to it', () => {
    const { log, page, news, state, ids } = logFixture()
    page(logPage([2, 1]))
    log.pause()
    news([3, 4])
    expect([state().unseen, ids()]).toStrictEqual([2, [1, 2, 3, 4]])
    log.resume()
    expect([state().unseen, state().following]).toStrictEqual([0, true])
  })

  it('keeps what is read when there is too much, and asks for the newest again', async () => {
    const { log, page, news, state, ids, asked } = logFixture()
    page(logPage(down(200, 200)))
    log.pause()
    for (let n = 201; n <= 2201; n += 100) news(down(n + 99, 100).toReversed())
    expect([ids().length, ids()[0], state().atTail, state().unseen]).toStrictEqual([2000, 1, false, 2100])
    log.resume()
    await asked[0]?.answer(logPage(down(2300, 200), { next: 2101 }))
    expect([ids()[0], ids().at(-1), state().atTail, state().unseen]).toStrictEqual([2101, 2300, true, 0])
  })

  it('does not lose what comes while the way to the newest is being asked for', async () => {
    const { log, page, news, state, ids, asked, seekTo, settle } = logFixture()
    page(logPage([100]))
    seekTo(10)
    const jumping = log.jumpTo(10)
    await settle()
    expect(asked[0]?.question).toStrictEqual({ before: 11, limit: 100 })
    await asked[0]?.answer(logPage(down(10, 10)))
    expect([ids(), state().target]).toStrictEqual([down(10, 10).toReversed(), { id: 10, at: 10 }])
    expect(asked[1]?.question).toStrictEqual({ after: 10, limit: 200 })
    news([101])
    await asked[1]?.answer(logPage([11, 100, 101]))
    await jumping
    expect([ids().slice(-3), state().atTail, state().following]).toStrictEqual([[11, 100, 101], true, false])
    news([102])
    expect(ids().at(-1)).toBe(102)
  })
})

describe('a link that is lost', () => {
  it('leaves who reads on where they are, and who follows at the newest', () => {
    const { log, page, relink, ids, state } = logFixture()
    page(logPage([3, 2, 1]))
    log.pause()
    relink()
    expect([state().phase, ids()]).toStrictEqual(['loading', [1, 2, 3]])
    page(logPage([9, 8, 7]))
    expect([state().phase, ids(), state().atTail]).toStrictEqual(['ready', [1, 2, 3], false])
    log.resume()
    relink()
    page(logPage([9, 8, 7]))
    expect(ids()).toStrictEqual([7, 8, 9])
  })

  it('begins anew where the history did', () => {
    const { log, page, relink, ids } = logFixture()
    page(logPage([300]))
    log.pause()
    relink()
    page(logPage([2, 1]))
    expect(ids()).toStrictEqual([1, 2])
  })

  it('gives up what was asked over it', async () => {
    const { page, relink, asked, ids } = logFixture()
    page(logPage([9], { next: 5 }))
    relink()
    page(logPage([9, 8, 7]))
    await asked[0]?.answer(logPage([4]))
    expect(ids()).toStrictEqual([7, 8, 9])
  })
})

describe('the filter', () => {
  it('begins a watch of its own, and drops what the one before still says', () => {
    const { log, page, watches, ids, state } = logFixture()
    page(logPage([2, 1]))
    log.setFilter({ text: 'lamp', priority: 3 })
    expect(watches.map(({ filter, signal }) => [filter, signal.aborted])).toStrictEqual([
      [{}, true],
      [{ text: 'lamp', priority: 3 }, false],
    ])
    watches[0]?.take({ type: 'page', page: logPage([77]) })
    expect([state().phase, ids()]).toStrictEqual(['loading', [1, 2]])
    page(logPage([2]))
    expect([state().phase, ids()]).toStrictEqual(['ready', [2]])
    log.setFilter({ text: undefined })
    log.clearFilter()
    expect(watches.slice(2).map(({ filter }) => filter)).toStrictEqual([{ priority: 3 }, {}])
  })

  it('keeps its fixed part whatever a person filters by', () => {
    const { log, watches } = logFixture({ userId: 'local', client: 'b' })
    log.setFilter({ client: 'other', text: 'x' })
    log.clearFilter()
    expect(watches.map(({ filter }) => filter)).toStrictEqual([
      { userId: 'local', client: 'b' },
      { userId: 'local', client: 'b', text: 'x' },
      { userId: 'local', client: 'b' },
    ])
  })
})

it('without a history shows what passes, each in its newest state, and starts over when it is kept again', () => {
  const { page, news, ids, state } = logFixture()
  page(logPage([], { history: { state: 'off', reason: 'The disk is full.' } }))
  news([-1, -2])
  news([-1])
  expect([ids(), state().history.state]).toStrictEqual([[-1, -2], 'off'])
  page(logPage([2, 1]))
  expect([ids(), state().history.state]).toStrictEqual([[1, 2], 'on'])
})

it('says that it could not be followed, and tries again when it is told to', async () => {
  const { log, watches, state, settle } = logFixture()
  watches[0]?.fail()
  await settle()
  expect(state().phase).toBe('failed')
  log.retry()
  expect([watches.length, state().phase]).toStrictEqual([2, 'loading'])
})
