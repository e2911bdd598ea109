import { describe, expect, it } from 'vitest'
import { createClients } from '../../../../src/renderer/features/clients/clients-store.ts'
import { keyOf, panelClient } from '../fakes/panel-clients.ts'

const llm = panelClient('llm', { record: { is_persistent: false, client_type: 'llm' } })

function withClients() {
  const clients = createClients()
  clients.apply({
    type: 'snapshot',
    revision: 1,
    clients: [panelClient('b', { state: 'busy' }), panelClient('a', { state: 'gone' }), llm],
  })
  return clients
}

describe('the clients', () => {
  it('are unknown before the first snapshot', () => {
    const { state } = createClients()
    expect(state.getState().ready).toBe(false)
  })

  it('are counted whatever the filter', () => {
    const clients = withClients()
    clients.search('llm')
    expect(clients.state.getState()).toMatchObject({
      ready: true,
      shown: { persistent: [], ephemeral: [keyOf('llm')] },
      totals: {
        persistent: 2,
        ephemeral: 1,
        blenders: 2,
        blendersLive: 1,
        users: 1,
        states: { live: 1, busy: 1, stale: 0, gone: 1 },
      },
    })
  })

  it('keep the rows of an untouched bucket when the other changes', () => {
    const clients = withClients()
    const before = clients.state.getState().shown
    clients.apply({ type: 'patch', from: 1, revision: 2, upsert: [panelClient('c')], remove: [] })
    const after = clients.state.getState().shown
    expect(after.persistent).toEqual([keyOf('a'), keyOf('b'), keyOf('c')])
    expect(after.ephemeral).toBe(before.ephemeral)
  })

  it('say gap and stay as they are when a patch does not fit', () => {
    const clients = withClients()
    const before = clients.state.getState()
    expect(clients.apply({ type: 'patch', from: 5, revision: 6, upsert: [], remove: [keyOf('a')] })).toBe(
      'gap',
    )
    expect(clients.state.getState()).toBe(before)
  })

  it('turn the direction when the same column is chosen again', () => {
    const clients = withClients()
    const sort = () => clients.state.getState().layout.sort.persistent
    clients.sortBy('persistent', 'client')
    expect(sort()).toEqual([{ column: 'client', direction: 'descending' }])
    clients.sortBy('persistent', 'lastSeen')
    expect(sort()).toEqual([{ column: 'lastSeen', direction: 'ascending' }])
    clients.sortBy('persistent', 'group', true)
    clients.sortBy('persistent', 'lastSeen', true)
    expect(sort()).toEqual([
      { column: 'lastSeen', direction: 'descending' },
      { column: 'group', direction: 'ascending' },
    ])
    clients.sortBy('persistent', 'lastSeen', true)
    expect(sort()).toEqual([{ column: 'group', direction: 'ascending' }])
    clients.sortBy('persistent', 'group', true)
    clients.sortBy('persistent', 'group', true)
    expect(sort()).toEqual([{ column: 'group', direction: 'ascending' }])
    expect(clients.state.getState().layout.sort.ephemeral).toEqual([
      { column: 'client', direction: 'ascending' },
    ])
  })

  it('sorted by last seen, move only when the order is settled', () => {
    const clients = withClients()
    clients.sortBy('persistent', 'lastSeen')
    const rows = () => clients.state.getState().shown.persistent
    expect(rows()).toEqual([keyOf('a'), keyOf('b')])
    const heard = panelClient('b', { record: { last_seen: 9_000 } })
    clients.apply({ type: 'patch', from: 1, revision: 2, upsert: [heard], remove: [] })
    expect(rows()).toEqual([keyOf('a'), keyOf('b')])
    clients.settleOrder()
    expect(rows()).toEqual([keyOf('b'), keyOf('a')])
  })

  it('leave a state filter as soon as their state changes', () => {
    const clients = withClients()
    clients.showState('busy')
    expect(clients.state.getState().shown.persistent).toEqual([keyOf('b')])
    clients.apply({ type: 'patch', from: 1, revision: 2, upsert: [panelClient('b')], remove: [] })
    expect(clients.state.getState().shown.persistent).toEqual([])
  })
})
