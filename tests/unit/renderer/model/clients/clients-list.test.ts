import { describe, expect, it } from 'vitest'
import {
  applyClientsEvent,
  type ClientsList,
} from '../../../../../src/renderer/model/clients/clients-list.ts'
import { keyOf, panelClient } from '../../fakes/panel-clients.ts'

const a = panelClient('a')
const b = panelClient('b')
const list: ClientsList = { revision: 7, byKey: new Map([a, b].map((client) => [client.key, client])) }

describe('an event of the clients feed', () => {
  it('replaces everything when it is a snapshot', () => {
    expect(applyClientsEvent(list, { type: 'snapshot', revision: 3, clients: [b] })).toEqual({
      list: { revision: 3, byKey: new Map([[keyOf('b'), b]]) },
      changed: new Set([keyOf('b')]),
    })
  })

  it('changes only what a patch names', () => {
    const busy = panelClient('b', { state: 'busy' })
    const c = panelClient('c')
    const change = applyClientsEvent(list, {
      type: 'patch',
      from: 7,
      revision: 9,
      upsert: [busy, c],
      remove: [keyOf('a')],
    })
    expect(change).toEqual({
      list: {
        revision: 9,
        byKey: new Map([
          [keyOf('b'), busy],
          [keyOf('c'), c],
        ]),
      },
      changed: new Set([keyOf('a'), keyOf('b'), keyOf('c')]),
    })
  })

  it('keeps the identity of records it does not name, and the list before it as it was', () => {
    const change = applyClientsEvent(list, {
      type: 'patch',
      from: 7,
      revision: 8,
      upsert: [panelClient('b', { state: 'stale' })],
      remove: [],
    })
    expect(change !== 'gap' && change.list.byKey.get(keyOf('a'))).toBe(a)
    expect(list.byKey.get(keyOf('b'))).toBe(b)
  })

  it('is a gap when it was made for another revision, or before any snapshot', () => {
    const patch = { type: 'patch' as const, from: 8, revision: 9, upsert: [], remove: [] }
    expect(applyClientsEvent(list, patch)).toBe('gap')
    expect(applyClientsEvent(null, { ...patch, from: 0 })).toBe('gap')
  })
})
