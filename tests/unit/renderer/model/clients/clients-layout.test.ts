import { describe, expect, it } from 'vitest'
import { tableRows } from '../../../../../src/renderer/model/clients/client-groups.ts'
import {
  boundWidth,
  clientsLayoutSchema,
  commonSort,
  defaultLayout,
  moveColumn,
  savedViewsSchema,
  shiftColumn,
  toggleColumn,
} from '../../../../../src/renderer/model/clients/clients-layout.ts'
import { createClients } from '../../../../../src/renderer/model/clients/clients-store.ts'
import { createSavedViews } from '../../../../../src/renderer/model/clients/saved-views.ts'
import { columnTotal } from '../../../../../src/renderer/model/clients/totals.ts'
import { createStoredValue } from '../../../../../src/renderer/settings/stored-value.ts'
import { createToasts } from '../../../../../src/renderer/model/toasts/toasts.ts'
import { createFakeStorage } from '../../fakes/fake-storage.ts'
import { keyOf, panelClient } from '../../fakes/panel-clients.ts'

function withClients() {
  const clients = createClients()
  clients.apply({
    type: 'snapshot',
    revision: 1,
    clients: [
      panelClient('a', { sent: 2, record: { group_id: 'z' } }),
      panelClient('b', { sent: 3, record: { group_id: 'farm' } }),
      panelClient('c', { sent: 4 }),
      panelClient('d', { sent: 5, record: { group_id: 'farm' } }),
    ],
  })
  return clients
}

describe('the layout of the tables', () => {
  it('adds and takes away columns in their fixed order, and never the client', () => {
    expect(toggleColumn(['client', 'job'], 'type')).toEqual(['client', 'type', 'job'])
    expect(toggleColumn(['client', 'type', 'job'], 'job')).toEqual(['client', 'type'])
    expect(toggleColumn(['client', 'job'], 'client')).toEqual(['client', 'job'])
    expect(toggleColumn(['client', 'job', 'group'], 'type')).toEqual(['client', 'type', 'job', 'group'])
    expect(toggleColumn(['client', 'job'], 'lastSeen')).toEqual(['client', 'job', 'lastSeen'])
  })

  it('moves columns to where they are put, and nothing before the client', () => {
    const columns = ['client', 'type', 'group', 'job'] as const
    expect(moveColumn(columns, 'job', 'type')).toEqual(['client', 'job', 'type', 'group'])
    expect(moveColumn(columns, 'type', null)).toEqual(['client', 'group', 'job', 'type'])
    expect(moveColumn(columns, 'job', 'client')).toEqual(['client', 'job', 'type', 'group'])
    expect(moveColumn(columns, 'client', null)).toEqual(columns)
    expect(shiftColumn(columns, 'type', 1)).toEqual(['client', 'group', 'type', 'job'])
    expect(shiftColumn(columns, 'job', -1)).toEqual(['client', 'type', 'job', 'group'])
    expect(shiftColumn(columns, 'type', -1)).toEqual(columns)
    expect(shiftColumn(columns, 'job', 1)).toEqual(columns)
    expect([boundWidth(-5), boundWidth(100.6), boundWidth(9e9)]).toEqual([48, 101, 1200])
  })

  it('says what both lists are sorted by, where that is the same', () => {
    const clients = withClients()
    const sort = () => commonSort(clients.state.getState().layout.sort)
    expect(sort()).toEqual({ column: 'client', direction: 'ascending' })
    clients.sortBy('persistent', 'job', true)
    expect(sort()).toEqual({ column: 'client', direction: 'ascending' })
    clients.sortBy('persistent', 'client', true)
    expect(sort()).toBeNull()
    clients.sortBy('ephemeral', 'client', true)
    expect(sort()).toEqual({ column: 'client', direction: 'descending' })
    clients.sortBy('ephemeral', 'job')
    expect(sort()).toBeNull()
  })

  it('has a column of users only where there are several', () => {
    const clients = withClients()
    clients.arrange({ columns: ['client', 'user', 'job'] })
    expect(clients.state.getState().columns).toEqual(['client', 'job'])
    clients.apply({
      type: 'patch',
      from: 1,
      revision: 2,
      upsert: [panelClient('e', { userId: 'eve', key: 'eve\u001fe' })],
      remove: [],
    })
    expect(clients.state.getState().columns).toEqual(['client', 'user', 'job'])
    const before = clients.state.getState().shown
    clients.arrange({ widths: { job: 200 } })
    expect(clients.state.getState().shown).toBe(before)
  })

  it('groups before it sorts, with a heading and a count for each group', () => {
    const clients = withClients()
    clients.sortBy('persistent', 'client')
    clients.arrange({ groupBy: 'group' })
    const { shown, groups } = clients.state.getState()
    expect(
      tableRows(shown.persistent, groups.persistent).map(({ key, heading }) =>
        heading === null ? key.slice(-1) : `${heading.title} ${heading.count}`,
      ),
    ).toEqual(['farm 2', 'd', 'b', 'z 1', 'a', 'no group 1', 'c'])
  })

  it('adds up what is shown', () => {
    const { byKey } = withClients().state.getState()
    expect(columnTotal('sent', [keyOf('a'), keyOf('d'), keyOf('left')], byKey)).toBe(7)
  })
})

describe('what is remembered', () => {
  const layoutOf = (text: string) =>
    createStoredValue(createFakeStorage({ l: text }), 'l', clientsLayoutSchema).read()

  it('is read back as it was written', () => {
    const storage = createFakeStorage()
    createStoredValue(storage, 'l', clientsLayoutSchema).change(() => ({
      ...defaultLayout,
      groupBy: 'host',
    }))
    expect(layoutOf(storage.held['l'] ?? '')).toEqual({
      columns: ['client', 'place', 'group', 'job', 'lastSeen'],
      widths: {},
      sort: {
        persistent: [{ column: 'client', direction: 'ascending' }],
        ephemeral: [{ column: 'client', direction: 'ascending' }],
      },
      groupBy: 'host',
      shownAs: 'table',
    })
  })

  it('of an older version has no widths, and is of the tables', () => {
    const { columns, sort, groupBy } = defaultLayout
    expect(layoutOf(JSON.stringify({ columns, sort, groupBy }))).toEqual(defaultLayout)
  })

  it.each([
    '',
    '{',
    '{"columns":["client","client"]}',
    '{"columns":["job"]}',
    'null',
    '[]',
    '{"columns":["evil"]}',
    '{"columns":[],"sort":{},"groupBy":"x"}',
  ])('is nothing where the storage holds %s', (text) => {
    expect(layoutOf(text)).toBeNull()
  })
})

describe('saved views', () => {
  it('bring back the filter and the layout, are replaced by name, and can be forgotten', () => {
    const storage = createFakeStorage()
    const remembered = createStoredValue(storage, 'v', savedViewsSchema)
    const toasts = createToasts()
    const clients = withClients()
    const views = createSavedViews(clients, remembered, toasts)
    clients.search('group:farm')
    views.save(' ')
    views.save(' Farm ')
    clients.arrange({ groupBy: 'type' })
    views.save('Farm')
    clients.search('')
    clients.arrange(defaultLayout)
    const again = createSavedViews(clients, remembered, toasts)
    const [view, ...others] = again.state.getState().views
    expect([view?.name, view?.query, view?.layout.groupBy, others]).toEqual([
      'Farm',
      'group:farm',
      'type',
      [],
    ])
    if (view !== undefined) again.show(view)
    expect(clients.state.getState().shown.persistent).toEqual([keyOf('b'), keyOf('d')])
    expect(clients.state.getState().layout.groupBy).toBe('type')
    expect(again.rename('Farm', ' ')).toBe(false)
    expect(again.rename('Farm', 'Racks')).toBe(true)
    again.remove('Racks')
    expect(storage.held['v']).toBe('[]')
    const undo = () => toasts.state.getState().toasts.at(-1)?.action?.run()
    undo()
    expect(again.state.getState().views).toMatchObject([{ name: 'Racks', query: 'group:farm' }])
    clients.search('')
    again.save('Racks')
    expect(again.state.getState().views).toMatchObject([{ name: 'Racks', query: '' }])
    undo()
    expect(again.state.getState().views).toMatchObject([{ name: 'Racks', query: 'group:farm' }])
    again.save('Other')
    expect(again.rename('Racks', 'Other')).toBe(false)
  })

  it('of two tabs are kept beside each other, and each shows what the other keeps', () => {
    const storage = createFakeStorage()
    const other = storage.otherTab()
    const open = (held: typeof storage) =>
      createSavedViews(withClients(), createStoredValue(held, 'v', savedViewsSchema), createToasts())
    const [here, there] = [open(storage), open(other)]
    const names = (views: typeof here) => views.state.getState().views.map(({ name }) => name)
    here.save('One')
    there.save('Two')
    expect([names(here), names(there)]).toEqual([
      ['One', 'Two'],
      ['One', 'Two'],
    ])
    here.rename('Two', 'Three')
    there.remove('One')
    expect([names(here), names(there)]).toEqual([['Three'], ['Three']])
  })

  it('that another tab kept without a word are there when one is changed', () => {
    const storage = createFakeStorage()
    const views = createSavedViews(
      withClients(),
      createStoredValue({ ...storage, follow: () => undefined }, 'v', savedViewsSchema),
      createToasts(),
    )
    createSavedViews(
      withClients(),
      createStoredValue(storage.otherTab(), 'v', savedViewsSchema),
      createToasts(),
    ).save('Theirs')
    views.save('Ours')
    expect(views.state.getState().views.map(({ name }) => name)).toEqual(['Theirs', 'Ours'])
  })

  it('are of the wall or of the tables', () => {
    const clients = withClients()
    const toasts = createToasts()
    const { columns, widths, sort, groupBy } = defaultLayout
    const older = { name: 'Older', query: '', state: null, layout: { columns, widths, sort, groupBy } }
    const storage = createFakeStorage({ v: JSON.stringify([older]) })
    const views = createSavedViews(clients, createStoredValue(storage, 'v', savedViewsSchema), toasts)
    const show = (name: string) => {
      const view = views.state.getState().views.find((each) => each.name === name)
      if (view !== undefined) views.show(view)
      return clients.state.getState().layout.shownAs
    }
    clients.arrange({ shownAs: 'wall' })
    views.save('Wall')
    expect([show('Older'), show('Wall')]).toEqual(['table', 'wall'])
  })
})
