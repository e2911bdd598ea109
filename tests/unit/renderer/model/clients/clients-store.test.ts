import { describe, expect, it } from 'vitest'
import type { ClientSort } from '../../../../../src/renderer/model/clients/client-order.ts'
import { createClients } from '../../../../../src/renderer/model/clients/clients-store.ts'
import type { PanelClient } from '../../../../../src/shared/clients.ts'
import { keyOf, panelClient } from '../../fakes/panel-clients.ts'

const llm = panelClient('llm', { record: { is_persistent: false, client_type: 'llm' } })

const descending = [{ column: 'client', direction: 'descending' }] as const satisfies ClientSort[]

function withClients() {
  const clients = createClients()
  clients.apply({
    type: 'snapshot',
    revision: 1,
    clients: [panelClient('b', { state: 'busy' }), panelClient('a', { state: 'away' }), llm],
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
        states: { live: 1, busy: 1, stale: 0, away: 1 },
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

  it('stand in the lists of the tables or in those of the wall', () => {
    const clients = withClients()
    clients.arrange({ shownAs: 'wall', sort: { persistent: descending, ephemeral: descending } })
    const onWall = {
      persistent: [],
      ephemeral: [],
      blenders: [keyOf('b'), keyOf('a')],
      others: [keyOf('llm')],
    }
    expect(clients.state.getState().shown).toEqual(onWall)
    // One that registers as another type goes to the other list, where nothing else says so.
    const retyped = panelClient('a', { record: { client_type: 'script' } })
    clients.apply({ type: 'patch', from: 1, revision: 2, upsert: [retyped], remove: [] })
    expect(clients.state.getState().shown).toEqual({
      ...onWall,
      blenders: [keyOf('b')],
      others: [keyOf('llm'), keyOf('a')],
    })
    clients.arrange({ shownAs: 'table' })
    expect(clients.state.getState().shown).toEqual({
      persistent: [keyOf('b'), keyOf('a')],
      ephemeral: [keyOf('llm')],
      blenders: [],
      others: [],
    })
  })

  it('leave a state filter as soon as their state changes', () => {
    const clients = withClients()
    clients.showState('busy')
    expect(clients.state.getState().shown.persistent).toEqual([keyOf('b')])
    clients.apply({ type: 'patch', from: 1, revision: 2, upsert: [panelClient('b')], remove: [] })
    expect(clients.state.getState().shown.persistent).toEqual([])
  })
})

describe('the groups of clients', () => {
  const inGroup = (uuid: string, group_id: string | null, last_seen = 2000) =>
    panelClient(uuid, { record: { group_id, last_seen } })

  function withGroups() {
    const clients = createClients()
    clients.apply({
      type: 'snapshot',
      revision: 1,
      clients: [inGroup('a', 'farm'), inGroup('b', 'farm'), inGroup('c', 'shop'), inGroup('d', null)],
    })
    clients.arrange({ groupBy: 'group' })
    const groups = () =>
      clients.state.getState().groups.persistent.map(({ title, from, count }) => [title, from, count])
    const change = (revision: number, client: PanelClient) =>
      clients.apply({ type: 'patch', from: revision - 1, revision, upsert: [client], remove: [] })
    return { clients, groups, change }
  }

  it('are counted anew when a client goes to another, even where its row stays', () => {
    const { clients, groups, change } = withGroups()
    expect(groups()).toEqual([
      ['farm', 0, 2],
      ['shop', 2, 1],
      ['no group', 3, 1],
    ])
    const { shown } = clients.state.getState()
    change(2, inGroup('b', 'shop'))
    expect(clients.state.getState().shown).toBe(shown)
    expect(groups()).toEqual([
      ['farm', 0, 1],
      ['shop', 1, 2],
      ['no group', 3, 1],
    ])
  })

  it('are the same while nobody comes, leaves or goes to another', () => {
    const { clients, change } = withGroups()
    const { groups } = clients.state.getState()
    change(2, panelClient('b', { state: 'busy', record: { group_id: 'farm' } }))
    expect(clients.state.getState().groups).toBe(groups)
  })

  it('are kept together while rows keep their places', () => {
    const { clients, groups, change } = withGroups()
    clients.sortBy('persistent', 'lastSeen')
    change(2, inGroup('a', 'farm', 1000))
    expect(clients.state.getState().shown.persistent).toEqual(['a', 'b', 'c', 'd'].map(keyOf))
    change(3, inGroup('a', 'shop', 1000))
    expect(clients.state.getState().shown.persistent).toEqual(['b', 'c', 'a', 'd'].map(keyOf))
    expect(groups()).toEqual([
      ['farm', 0, 1],
      ['shop', 1, 2],
      ['no group', 3, 1],
    ])
  })

  it('are those of what is shown', () => {
    const { clients, groups } = withGroups()
    clients.search('-group:shop')
    expect(groups()).toEqual([
      ['farm', 0, 2],
      ['no group', 2, 1],
    ])
    clients.arrange({ groupBy: null })
    expect(groups()).toEqual([])
  })

  it('have different keys where they are called alike', () => {
    const { clients, groups, change } = withGroups()
    change(2, inGroup('e', 'no group'))
    expect(groups().map(([title]) => title)).toEqual(['farm', 'no group', 'shop', 'no group'])
    const keys = clients.state.getState().groups.persistent.map(({ key }) => key)
    expect(new Set(keys).size).toBe(4)
  })
})
