import { describe, expect, it } from 'vitest'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import { createUnregister } from '../../../../../src/renderer/model/unregister/unregister-store.ts'
import { reasonsSchema } from '../../../../../src/renderer/model/unregister/remembered-reasons.ts'
import { createStoredValue } from '../../../../../src/renderer/settings/stored-value.ts'
import { createToasts } from '../../../../../src/renderer/model/toasts/toasts.ts'
import type { UnregisterInput, UnregisterResult } from '../../../../../src/shared/unregister.ts'
import { createFakeStorage } from '../../fakes/fake-storage.ts'
import { createManualTimers } from '../../fakes/manual-timers.ts'
import { keyOf, panelClient } from '../../fakes/panel-clients.ts'

function build(storage = createFakeStorage()) {
  const orders: UnregisterInput[] = []
  const lifted: string[] = []
  let answer: (results: UnregisterResult[]) => void = () => undefined
  let refuse: (error: Error) => void = () => undefined
  let connected = true
  const toasts = createToasts()
  const timers = createManualTimers()
  const api = {
    clients: {
      unregister: (input: UnregisterInput) => {
        orders.push(input)
        return new Promise<UnregisterResult[]>((resolve, reject) => {
          answer = resolve
          refuse = reject
        })
      },
    },
  } as unknown as PanelApi
  const unregister = createUnregister({
    timers,
    api: () => (connected ? api : null),
    toasts,
    liftBlock: ({ id }, name) => void lifted.push(`${id} ${name}`),
    reasons: createStoredValue(storage, 'r', reasonsSchema),
  })
  return {
    unregister,
    timers,
    orders,
    lifted,
    dialog: () => unregister.state.getState().dialog,
    toasts: () => toasts.state.getState().toasts,
    answer: (results: UnregisterResult[]) => answer(results),
    refuse: (error: Error) => refuse(error),
    disconnect: () => {
      connected = false
    },
  }
}

const atelier = panelClient('b-1', { record: { label: 'Atelier 1' } })
const target = { key: keyOf('b-1'), userId: 'local', uuid: 'b-1', name: 'Atelier 1', program: null }

function result(uuid: string, change: Partial<UnregisterResult> = {}): UnregisterResult {
  return {
    key: keyOf(uuid),
    outcome: 'unregistered',
    sessionEnded: true,
    jobsCancelled: 0,
    blockedUntil: null,
    blockId: null,
    ...change,
  }
}

describe('unregistering', () => {
  it('orders it once, however often it is confirmed', async () => {
    const { unregister, orders, dialog, answer, toasts } = build()
    unregister.ask([atelier])
    expect(dialog()).toEqual({ phase: 'asking', targets: [target], problem: null })
    const done = unregister.confirm({ reason: '  wrong scene ', blockSeconds: null })
    expect(dialog()).toEqual({ phase: 'pending', targets: [target], done: 0, paced: false })
    await unregister.confirm({ reason: 'again', blockSeconds: 60 })
    unregister.dismiss()
    expect(dialog()).toEqual({ phase: 'pending', targets: [target], done: 0, paced: false })
    expect(orders).toEqual([
      {
        clients: [{ userId: 'local', uuid: 'b-1' }],
        reason: 'wrong scene',
        blockSeconds: null,
        scope: 'client',
      },
    ])
    answer([result('b-1')])
    await done
    expect(dialog()).toBe(null)
    expect(toasts()).toEqual([{ id: 1, kind: 'done', text: 'Unregistered Atelier 1.' }])
  })

  it('offers to lift the blocks that it set', async () => {
    const { unregister, orders, answer, toasts, lifted } = build()
    unregister.ask([atelier, panelClient('b-2'), panelClient('b-3')])
    const done = unregister.confirm({ reason: '', blockSeconds: 900, scope: 'program' })
    expect(orders[0]).toMatchObject({ blockSeconds: 900, scope: 'program' })
    // Two of them are windows of one program.
    answer([
      result('b-1', { blockedUntil: 5, blockId: 'one' }),
      result('b-2', { blockedUntil: 5, blockId: 'two' }),
      result('b-3', { blockedUntil: 5, blockId: 'two' }),
    ])
    await done
    expect(toasts()[0]).toMatchObject({
      text: 'Unregistered 3 clients and blocked.',
      action: { label: 'Lift blocks' },
    })
    toasts()[0]?.action?.run()
    expect(lifted).toEqual(['one Atelier 1', 'two b-2'])
  })

  it('stays open with the outcomes where not everybody was unregistered', async () => {
    const { unregister, answer, dialog, toasts } = build()
    unregister.ask([atelier, panelClient('b-2')])
    const done = unregister.confirm({ reason: '', blockSeconds: null })
    answer([result('b-1'), result('b-2', { outcome: 'not_found', sessionEnded: false })])
    await done
    const other = { key: keyOf('b-2'), userId: 'local', uuid: 'b-2', name: 'b-2', program: null }
    expect(dialog()).toEqual({
      phase: 'answered',
      targets: [target, other],
      outcomes: [
        { ...target, outcome: 'unregistered', jobsCancelled: 0, blockedUntil: null, blockId: null },
        { ...other, outcome: 'not_found', jobsCancelled: 0, blockedUntil: null, blockId: null },
      ],
      ending: 'done',
      ordered: 2,
    })
    expect(toasts()).toEqual([])
  })

  it('says that the outcome is not known when the connection went first', async () => {
    const { unregister, refuse, dialog, disconnect } = build()
    unregister.ask([atelier])
    const done = unregister.confirm({ reason: '', blockSeconds: null })
    disconnect()
    refuse(new Error('closed'))
    await done
    expect(dialog()).toEqual({
      phase: 'asking',
      targets: [target],
      problem:
        'The connection was lost before an answer came. It is not known whether the clients were unregistered: look at the list when the panel is connected again.',
    })
  })

  it('says why an order was refused, and that nothing happened without a connection', async () => {
    const { unregister, refuse, dialog, disconnect } = build()
    unregister.ask([atelier])
    const done = unregister.confirm({ reason: '', blockSeconds: null })
    refuse(new Error('Too many clients'))
    await done
    expect(dialog()).toMatchObject({ problem: 'The order was refused: Too many clients' })
    disconnect()
    await unregister.confirm({ reason: '', blockSeconds: null })
    expect(dialog()).toMatchObject({ problem: 'There is no connection. Nothing was unregistered.' })
  })

  it('says how many jobs ended', async () => {
    const { unregister, answer, toasts } = build()
    unregister.ask([atelier])
    const done = unregister.confirm({ reason: '', blockSeconds: null })
    answer([result('b-1', { jobsCancelled: 2 })])
    await done
    expect(toasts().map(({ text }) => text)).toEqual([
      'Unregistered Atelier 1. 2 unfinished jobs ended with it.',
    ])
  })

  it('remembers the last reasons that were used, each once', async () => {
    const storage = createFakeStorage({ r: '["old","older"]' })
    const { unregister, answer } = build(storage)
    for (const reason of ['new', '', ' old ', 'a', 'b', 'c']) {
      unregister.ask([atelier])
      const done = unregister.confirm({ reason, blockSeconds: null })
      answer([result('b-1')])
      await done
    }
    expect(unregister.state.getState().reasons).toEqual(['c', 'b', 'a', 'old', 'new'])
    expect(storage.held['r']).toBe('["c","b","a","old","new"]')
  })

  it('lifts the blocks that an order set which was not plain success', async () => {
    const { unregister, answer, lifted } = build()
    unregister.ask([atelier, panelClient('b-2')])
    const done = unregister.confirm({ reason: '', blockSeconds: 60 })
    answer([
      result('b-1', { blockedUntil: 5, blockId: 'one' }),
      result('b-2', { outcome: 'not_found', blockedUntil: 5, blockId: 'two' }),
    ])
    await done
    unregister.liftBlocks()
    expect(lifted).toEqual(['one Atelier 1', 'two b-2'])
  })

  it('asks about nobody when nobody is named', () => {
    const { unregister, dialog } = build()
    unregister.ask([])
    expect(dialog()).toBe(null)
  })
})

describe('a paced order', () => {
  const many = Array.from({ length: 25 }, (_, n) => panelClient(`n${n}`))
  /** Lets promise callbacks run. */
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const answerTo = (order: UnregisterInput | undefined) =>
    (order?.clients ?? []).map(({ uuid }) => result(uuid))

  it('goes ten at a time, a second apart, and says how far it is', async () => {
    const { unregister, timers, orders, answer, dialog, toasts } = build()
    unregister.ask(many)
    const done = unregister.confirm({ reason: '', blockSeconds: null, paced: true })
    const sizes = () => orders.map(({ clients }) => clients.length)
    expect(sizes()).toEqual([10])
    answer(answerTo(orders[0]))
    await settle()
    expect([sizes(), dialog()]).toMatchObject([[10], { phase: 'pending', done: 10, paced: true }])
    timers.advance(1_000)
    await settle()
    answer(answerTo(orders[1]))
    await settle()
    timers.advance(1_000)
    await settle()
    expect(sizes()).toEqual([10, 10, 5])
    answer(answerTo(orders[2]))
    await done
    expect(toasts().map(({ text }) => text)).toEqual(['Unregistered 25 clients.'])
  })

  it('ends when it is stopped, and says for whom nothing was ordered', async () => {
    const { unregister, timers, orders, answer, dialog } = build()
    unregister.ask(many)
    const done = unregister.confirm({ reason: '', blockSeconds: null, paced: true })
    unregister.stop()
    answer(answerTo(orders[0]))
    await done
    timers.advance(10_000)
    expect(orders).toHaveLength(1)
    const answered = dialog()
    expect(answered?.phase === 'answered' && [answered.targets.length, answered.outcomes.length]).toEqual([
      25, 10,
    ])
    expect(answered).toMatchObject({ ending: 'stopped', ordered: 10 })
    unregister.askAboutRest((key) => key !== keyOf('n24'))
    const asked = dialog()
    expect(asked).toMatchObject({ phase: 'asking', problem: null })
    expect(asked?.targets.map(({ uuid }) => uuid)).toEqual(
      many.slice(10, 24).map(({ record }) => record.uuid),
    )
  })

  it('is stopped at once while it waits between two steps', async () => {
    const { unregister, orders, answer, dialog } = build()
    unregister.ask(many)
    const done = unregister.confirm({ reason: '', blockSeconds: null, paced: true })
    answer(answerTo(orders[0]))
    await settle()
    unregister.stop()
    await done
    expect(dialog()).toMatchObject({ phase: 'answered', ending: 'stopped' })
  })

  it('tells those without an answer from those that were never ordered, when the link is lost in the middle', async () => {
    const { unregister, timers, orders, answer, refuse, disconnect, dialog } = build()
    unregister.ask(many)
    const done = unregister.confirm({ reason: '', blockSeconds: null, paced: true })
    answer(answerTo(orders[0]))
    await settle()
    timers.advance(1_000)
    await settle()
    disconnect()
    refuse(new Error('closed'))
    await done
    const answered = dialog()
    expect(answered).toMatchObject({ phase: 'answered', ending: 'lost', ordered: 20 })
    expect(answered?.phase === 'answered' && answered.outcomes.length).toBe(10)
  })

  it('keeps what it did when the connection is lost on the way', async () => {
    const { unregister, orders, answer, disconnect, dialog } = build()
    unregister.ask(many)
    const done = unregister.confirm({ reason: '', blockSeconds: null, paced: true })
    disconnect()
    answer(answerTo(orders[0]))
    await done
    const answered = dialog()
    expect(answered?.phase === 'answered' && answered.outcomes.length).toBe(10)
  })
})
