import { describe, expect, it } from 'vitest'
import {
  orderClients,
  reorderClients,
  type Filter,
  type ClientSort,
} from '../../../../../src/renderer/model/clients/client-order.ts'
import type { JobBrief, PanelClient } from '../../../../../src/shared/clients.ts'
import { keyOf, panelClient } from '../../fakes/panel-clients.ts'

const everything: Filter = { query: '', state: null }
const byName: ClientSort[] = [{ column: 'client', direction: 'ascending' }]

function mapOf(...clients: PanelClient[]): Map<string, PanelClient> {
  return new Map(clients.map((client) => [client.key, client]))
}

function uuids(keys: readonly string[]): string[] {
  return keys.map((key) => key.replace('local\u001f', ''))
}

function job(progress: number | null, targetUuids: string[] = []): JobBrief {
  return {
    jobId: 'j',
    title: 'render_image',
    state: 'running',
    progress,
    progressMessage: '',
    createdAt: 0,
    fromUuid: 'x',
    targetUuids,
  }
}

describe('the order of clients', () => {
  it('is by label, else uuid, with numbers as numbers and without regard to case', () => {
    const byKey = mapOf(
      panelClient('u1', { record: { label: 'Farm 10' } }),
      panelClient('u2', { record: { label: 'farm 2' } }),
      panelClient('atelier'),
      panelClient('e1', { record: { is_persistent: false } }),
    )
    expect(uuids(orderClients(byKey, 'persistent', everything, byName))).toEqual(['atelier', 'u2', 'u1'])
    expect(uuids(orderClients(byKey, 'ephemeral', everything, byName))).toEqual(['e1'])
  })

  it('on the wall is one of all Blenders, whatever their bucket, and one of all others', () => {
    const byKey = mapOf(
      panelClient('b3'),
      panelClient('script', { record: { client_type: 'script' } }),
      panelClient('llm', { record: { client_type: 'llm', is_persistent: false } }),
      panelClient('b2', { record: { is_persistent: false } }),
      panelClient('b1'),
    )
    expect(uuids(orderClients(byKey, 'blenders', everything, byName))).toEqual(['b1', 'b2', 'b3'])
    expect(uuids(orderClients(byKey, 'others', everything, byName))).toEqual(['llm', 'script'])
  })

  it('keeps apart what only looks alike', () => {
    const byKey = mapOf(
      panelClient('1', { record: { group_id: 'Farm' } }),
      panelClient('2', { record: { group_id: 'farm' } }),
      panelClient('3', { record: { group_id: 'Farm' } }),
    )
    const sort: ClientSort[] = [{ column: 'group', direction: 'ascending' }, ...byName]
    expect(uuids(orderClients(byKey, 'persistent', everything, sort))).toEqual(['1', '3', '2'])
  })

  it('is the same for clients that look alike, however they came in', () => {
    const one = panelClient('1', { record: { label: 'Same' } })
    const two = panelClient('2', { record: { label: 'Same' } })
    for (const byKey of [mapOf(one, two), mapOf(two, one)]) {
      expect(uuids(orderClients(byKey, 'persistent', everything, byName))).toEqual(['1', '2'])
    }
  })

  it('puts what is not there last in both directions', () => {
    const byKey = mapOf(
      panelClient('none'),
      panelClient('a', { record: { group_id: 'a' } }),
      panelClient('b', { record: { group_id: 'b' } }),
    )
    const order = (direction: ClientSort['direction']) =>
      uuids(orderClients(byKey, 'persistent', everything, [{ column: 'group', direction }]))
    expect(order('ascending')).toEqual(['a', 'b', 'none'])
    expect(order('descending')).toEqual(['b', 'a', 'none'])
  })

  it('by last seen starts with the one heard last', () => {
    const byKey = mapOf(
      panelClient('old', { record: { last_seen: 10 } }),
      panelClient('new', { record: { last_seen: 20 } }),
    )
    const sort: ClientSort[] = [{ column: 'lastSeen', direction: 'ascending' }]
    expect(uuids(orderClients(byKey, 'persistent', everything, sort))).toEqual(['new', 'old'])
  })

  it('goes by the next column where the one before says the same', () => {
    const byKey = mapOf(
      panelClient('a', { sent: 1, record: { group_id: 'x' } }),
      panelClient('b', { sent: 2, record: { group_id: 'x' } }),
      panelClient('c', { sent: 9, record: { group_id: 'w' } }),
    )
    const sorts: ClientSort[] = [
      { column: 'group', direction: 'ascending' },
      { column: 'sent', direction: 'descending' },
    ]
    expect(uuids(orderClients(byKey, 'persistent', everything, sorts))).toEqual(['c', 'b', 'a'])
  })

  it('by file uses the name of the file, and by working on the name of the target', () => {
    const byKey = mapOf(
      panelClient('1', { record: { blend_file: 'C:\\a\\zebra.blend', label: 'Zoe' } }),
      panelClient('2', { record: { blend_file: '/z/ape.blend', label: 'Ann' } }),
      panelClient('l1', { record: { is_persistent: false }, workingOn: job(null, ['1']) }),
      panelClient('l2', { record: { is_persistent: false }, workingOn: job(null, ['2']) }),
    )
    const sort: ClientSort[] = [{ column: 'place', direction: 'ascending' }]
    expect(uuids(orderClients(byKey, 'persistent', everything, sort))).toEqual(['2', '1'])
    expect(uuids(orderClients(byKey, 'ephemeral', everything, sort))).toEqual(['l2', 'l1'])
  })
})

describe('the search', () => {
  const byKey = mapOf(
    panelClient('blender-1', {
      record: { label: 'Äpfel', group_id: 'farm', hostname: 'rack-9', blend_file: '/p/shot_040.blend' },
    }),
    panelClient('llm-1', { record: { client_type: 'llm' } }),
  )
  const found = (query: string, state: Filter['state'] = null) =>
    uuids(orderClients(byKey, 'persistent', { query, state }, byName))

  it.each(['äPFEL', 'A\u0308pfel', 'farm', 'rack-9', 'shot_040', 'blender-1', 'farm shot'])(
    'finds by %s',
    (query) => {
      expect(found(query)).toEqual(['blender-1'])
    },
  )

  it('wants every word', () => {
    expect(found('farm llm')).toEqual([])
  })

  it('finds by type, and within one state only where one is chosen', () => {
    expect(found('llm')).toEqual(['llm-1'])
    expect(found('llm', 'busy')).toEqual([])
    expect(found('', 'live')).toEqual(['blender-1', 'llm-1'])
  })
})

describe('a change of a few clients', () => {
  const a = panelClient('a')
  const b = panelClient('b')
  const c = panelClient('c')
  const shown = [keyOf('a'), keyOf('b'), keyOf('c')]
  const reorder = (byKey: Map<string, PanelClient>, changed: string[], keepPlaces = false, sort = byName) =>
    reorderClients(
      shown,
      new Set(changed.map(keyOf)),
      byKey,
      'persistent',
      everything,
      sort,
      () => keepPlaces,
    )

  it('leaves the very same rows when nothing moves', () => {
    expect(reorder(mapOf(a, panelClient('b', { state: 'busy' }), c), ['b'])).toBe(shown)
  })

  it('puts in, takes out and moves', () => {
    const renamed = panelClient('a', { record: { label: 'zz' } })
    expect(uuids(reorder(mapOf(renamed, c, panelClient('bb')), ['a', 'b', 'bb']))).toEqual(['bb', 'c', 'a'])
  })

  it('lets rows stay where they are while their values change, where that is wished', () => {
    const sort: ClientSort[] = [{ column: 'lastSeen', direction: 'ascending' }]
    const heard = panelClient('c', { record: { last_seen: 9000 } })
    expect(reorder(mapOf(a, b, heard), ['c'], true, sort)).toBe(shown)
    expect(uuids(reorder(mapOf(a, b, heard), ['c'], false, sort))).toEqual(['c', 'a', 'b'])
  })

  it('agrees with an order made afresh', () => {
    const clients = Array.from({ length: 60 }, (_, index) =>
      panelClient(`u${index}`, { record: { label: `Farm ${(index * 37) % 60}` } }),
    )
    const before = mapOf(...clients)
    const rows = orderClients(before, 'persistent', everything, byName)
    const changed = clients.filter((_, index) => index % 3 === 0)
    const after = new Map(before)
    for (const [index, { record }] of changed.entries()) {
      if (index % 2 === 0) after.delete(keyOf(record.uuid))
      else after.set(keyOf(record.uuid), panelClient(record.uuid, { record: { label: `Farm ${index}.5` } }))
    }
    expect(
      reorderClients(
        rows,
        new Set(changed.map(({ key }) => key)),
        after,
        'persistent',
        everything,
        byName,
        () => false,
      ),
    ).toEqual(orderClients(after, 'persistent', everything, byName))
  })
})
