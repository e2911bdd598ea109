import { describe, expect, it } from 'vitest'
import { clientsSnapshot, fakePanel, livePanel, panelStatus, settle } from '../fakes/fake-panel.ts'
import { keyOf, panelClient } from '../fakes/panel-clients.ts'

describe('the panel', () => {
  it('is not live before both a status and a list are there', async () => {
    const { feeds, kind } = fakePanel()
    await settle()
    feeds.status.newest().push(panelStatus)
    await settle()
    expect(kind()).toBe('connecting')
    feeds.clients.newest().push(clientsSnapshot(1, 'a'))
    await settle()
    expect(kind()).toBe('live')
  })

  it('starts a new watch when a patch does not fit, and stays live', async () => {
    const { feeds, panel, kind } = await livePanel()
    feeds.clients.newest().push({ type: 'patch', from: 4, revision: 5, upsert: [], remove: [keyOf('a')] })
    await settle()
    expect(feeds.clients.opened).toHaveLength(2)
    feeds.clients.newest().push(clientsSnapshot(5, 'b', 'c'))
    await settle()
    expect(panel.rowOrder()).toEqual([keyOf('b'), keyOf('c')])
    expect(kind()).toBe('live')
  })

  it('is lost when a feed ends, keeps its rows, and is not live again before a new list', async () => {
    const { timers, feeds, panel, kind } = await livePanel()
    feeds.blocks.newest().end()
    await settle()
    expect(kind()).toBe('lost')
    expect(panel.rowOrder()).toEqual([keyOf('a'), keyOf('b')])
    panel.askUnregister(keyOf('a'))
    expect(panel.unregister.state.getState().dialog).toBe(null)
    timers.advance(500)
    await settle()
    feeds.status.newest().push(panelStatus)
    await settle()
    expect(kind()).toBe('lost')
    feeds.clients.newest().push(clientsSnapshot(9, 'b'))
    await settle()
    expect(kind()).toBe('live')
    expect(panel.rowOrder()).toEqual([keyOf('b')])
  })

  it('asks to unregister what is selected, in the order of the rows', async () => {
    const { panel } = await livePanel()
    panel.selection.selectAll([keyOf('b'), keyOf('a')])
    panel.askUnregister()
    expect(panel.unregister.state.getState().dialog?.targets.map(({ uuid }) => uuid)).toEqual(['a', 'b'])
  })

  it('selects the group of a client, in the tables and on the wall', async () => {
    const { feeds, panel } = await livePanel()
    const upsert = ['a', 'b', 'c'].map((uuid) =>
      panelClient(uuid, {
        record: { group_id: uuid === 'b' ? 'desk' : 'farm', is_persistent: uuid !== 'c' },
      }),
    )
    feeds.clients.newest().push({ type: 'patch', from: 1, revision: 2, upsert, remove: [] })
    await settle()
    panel.selectGroup(keyOf('a'))
    expect([...panel.selection.state.getState().selected]).toEqual([])
    panel.clients.arrange({ groupBy: 'group' })
    panel.selectGroup(keyOf('a'))
    expect([...panel.selection.state.getState().selected]).toEqual([keyOf('a')])
    panel.clients.arrange({ shownAs: 'wall' })
    expect(panel.rowOrder()).toEqual([keyOf('b'), keyOf('a'), keyOf('c')])
    panel.selectGroup(keyOf('c'))
    expect([...panel.selection.state.getState().selected]).toEqual([keyOf('a'), keyOf('c')])
  })

  it('takes clients that left out of the selection, and says so in the inspector', async () => {
    const { feeds, panel } = await livePanel()
    panel.selection.selectAll([keyOf('a'), keyOf('b')])
    panel.inspector.open(keyOf('a'))
    feeds.clients.newest().push({ type: 'patch', from: 1, revision: 2, upsert: [], remove: [keyOf('a')] })
    await settle()
    expect([...panel.selection.state.getState().selected]).toEqual([keyOf('b')])
    expect(panel.inspector.state.getState().phase).toBe('left')
  })
})
