import { describe, expect, it } from 'vitest'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import {
  createInspectorPins,
  rememberedPinsSchema,
} from '../../../../../src/renderer/model/inspector/inspector-pins.ts'
import { createInspector } from '../../../../../src/renderer/model/inspector/inspector-store.ts'
import { createStoredValue } from '../../../../../src/renderer/settings/stored-value.ts'
import type { PanelClient } from '../../../../../src/shared/clients.ts'
import { createFakeStorage } from '../../fakes/fake-storage.ts'
import { createManualTimers } from '../../fakes/manual-timers.ts'
import { keyOf, panelClient } from '../../fakes/panel-clients.ts'

function build({ held = {}, ready = true }: { held?: Record<string, string>; ready?: boolean } = {}) {
  const timers = createManualTimers()
  const list = new Map<string, PanelClient>()
  const followed: { uuid: string; signal: AbortSignal }[] = []
  const storage = createFakeStorage(held)
  const create = () =>
    createInspector({
      timers,
      api: () => ({}) as PanelApi,
      find: (key) => list.get(key),
      follow(_api, client, signal) {
        followed.push({ uuid: client.record.uuid, signal })
        return new Promise(() => undefined)
      },
    })
  const main = create()
  let listReady = ready
  const pins = createInspectorPins({
    main,
    create,
    listReady: () => listReady,
    remembered: createStoredValue(storage, 'busbar.pins', rememberedPinsSchema),
  })
  const arrive = (...uuids: string[]) => {
    for (const uuid of uuids) list.set(keyOf(uuid), panelClient(uuid))
    listReady = true
    pins.listChanged()
  }
  if (ready) arrive('a', 'b', 'c', 'd', 'e')
  return {
    timers,
    list,
    followed,
    storage,
    main,
    pins,
    arrive,
    shown: () =>
      pins.state.getState().pins.map(({ key, inspector }) => {
        const { tab, phase } = inspector.state.getState()
        return { key, tab, phase }
      }),
  }
}

describe('pinned inspectors', () => {
  it('stay with their client, in the tab it was pinned in, while the main one goes on', () => {
    const { pins, main, shown, timers, followed } = build()
    main.open(keyOf('a'))
    main.showTab('session')
    expect(pins.pin(keyOf('a'))).toBe('pinned')
    main.open(keyOf('b'))
    pins.showTab(main, 'jobs')
    timers.advance(1_000)
    expect(shown()).toEqual([{ key: keyOf('a'), tab: 'session', phase: 'loading' }])
    expect(main.state.getState()).toMatchObject({ key: keyOf('b'), tab: 'jobs' })
    expect(followed.map(({ uuid }) => uuid).sort()).toEqual(['a', 'b'])
  })

  it('are four at most, one a client, and none for a client that is not there', () => {
    const { pins, shown } = build()
    for (const uuid of ['a', 'a', 'b', 'c', 'd']) expect(pins.pin(keyOf(uuid))).toBe('pinned')
    expect(pins.pin(keyOf('e'))).toBe('full')
    expect(shown().map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd'].map(keyOf))
    pins.unpin(keyOf('b'))
    expect(pins.pin(keyOf('nobody'))).toBe('unknown')
    expect(pins.pin(keyOf('e'))).toBe('pinned')
    expect(shown().map(({ key }) => key)).toEqual(['a', 'c', 'd', 'e'].map(keyOf))
  })

  it('end their feed when they are unpinned', () => {
    const { pins, timers, followed } = build()
    pins.pin(keyOf('a'))
    timers.advance(1_000)
    expect(followed[0]?.signal.aborted).toBe(false)
    pins.unpin(keyOf('a'))
    expect(followed[0]?.signal.aborted).toBe(true)
  })

  it('mark a client that left, and follow it again when it comes back', () => {
    const { pins, list, shown } = build()
    pins.pin(keyOf('a'))
    list.delete(keyOf('a'))
    pins.listChanged()
    expect(shown()).toEqual([{ key: keyOf('a'), tab: 'record', phase: 'left' }])
    list.set(keyOf('a'), panelClient('a'))
    pins.listChanged()
    expect(shown()).toEqual([{ key: keyOf('a'), tab: 'record', phase: 'loading' }])
  })

  it('show the same tab where they go together', () => {
    const { pins, main, shown } = build()
    main.open(keyOf('b'))
    pins.pin(keyOf('a'))
    pins.setTogether(true)
    const [pinned] = pins.state.getState().pins
    if (pinned === undefined) expect.fail('nothing is pinned')
    pins.showTab(pinned.inspector, 'policy')
    expect(main.state.getState().tab).toBe('policy')
    pins.setTogether(false)
    pins.showTab(main, 'record')
    expect(shown()).toEqual([{ key: keyOf('a'), tab: 'policy', phase: 'loading' }])
  })

  it('are there again after a reload, once the list has come, without those that left', () => {
    const held = {
      'busbar.pins': JSON.stringify({
        pins: [
          { key: keyOf('b'), tab: 'jobs' },
          { key: keyOf('gone'), tab: 'record' },
          { key: keyOf('a'), tab: 'session' },
        ],
        together: true,
      }),
    }
    const { pins, main, arrive, shown, storage } = build({ held, ready: false })
    pins.listChanged()
    pins.showTab(main, 'policy')
    expect(shown()).toEqual([])
    expect(storage.held).toEqual(held)
    arrive('a', 'b')
    expect(shown()).toEqual([
      { key: keyOf('b'), tab: 'jobs', phase: 'loading' },
      { key: keyOf('a'), tab: 'session', phase: 'loading' },
    ])
    pins.unpin(keyOf('b'))
    expect(JSON.parse(storage.held['busbar.pins'] ?? '')).toEqual({
      pins: [{ key: keyOf('a'), tab: 'session' }],
      together: true,
    })
  })
})
