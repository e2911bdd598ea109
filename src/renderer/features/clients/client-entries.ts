import type { PanelClient } from '../../../shared/clients.ts'
import type { Panel } from '../../panel/panel.ts'
import { placeLink } from '../../panel/router.ts'
import { copyAndTell, copyLink } from '../../model/toasts/copy-and-tell.ts'
import { filterTerm } from '../../lib/filter-language.ts'
import type { MenuEntries } from '../../ui/menu-entries.ts'
import { exactTime } from '../../lib/time-text.ts'
import { columnFacts, columnTitle, sortValue, type Column } from '../../model/clients/client-columns.ts'
import { bucketOf, type Bucket } from '../../model/clients/client-order.ts'
import { groupings, shiftColumn, toggleColumn, withWidth } from '../../model/clients/clients-layout.ts'

/** Filters by a term, and lets a person have the filter back that was there. */
export function filterBy(panel: Panel, query: string): void {
  const { clients, toasts } = panel
  const before = clients.state.getState().filter
  clients.search(query)
  if (before.query === '' || before.query === query) return
  toasts.show({
    kind: 'done',
    text: `The filter is now ${query}.`,
    action: { label: 'Undo', run: () => clients.search(before.query) },
  })
}

/** Takes the filter away, and lets a person have it back. */
export function clearFilter({ clients, toasts }: Panel): void {
  const { query, state } = clients.state.getState().filter
  if (query === '' && state === null) return
  clients.clearFilter()
  toasts.show({
    kind: 'done',
    text: 'All clients are shown.',
    action: {
      label: 'Undo',
      run: () => {
        clients.search(query)
        clients.showState(state)
      },
    },
  })
}

/** What a cell says, as text to copy. Times are exact. */
export function cellText(
  client: PanelClient,
  column: Column,
  byKey: ReadonlyMap<string, PanelClient>,
): string {
  const { record } = client
  switch (column) {
    case 'place':
      return record.is_persistent
        ? (record.blend_file ?? '')
        : String(sortValue(client, 'place', byKey) ?? '')
    case 'job':
      return (client.job ?? client.workingOn)?.title ?? ''
    case 'connected':
      return exactTime(record.connected_at)
    case 'lastSeen':
      return exactTime(record.last_seen)
    default:
      return String(sortValue(client, column, byKey) ?? '')
  }
}

/** What can be done with a client: the menu of its row, and the palette where it is the one the keyboard stands on. */
export function clientEntries(panel: Panel, client: PanelClient, column: Column | null): MenuEntries {
  const { clients, selection, inspector, toasts } = panel
  const { record } = client
  const { byKey, layout, totals } = clients.state.getState()
  const live = panel.connection.state.getState().kind === 'live'
  const copy = (what: string, text: string) => () => copyAndTell(toasts, what, text)
  const value = column === null ? '' : cellText(client, column, byKey)
  const cellName = column === null ? '' : columnTitle(column, bucketOf(client)).toLowerCase()
  const selectedCount = selection.state.getState().selected.size
  const path = record.blend_file ?? ''
  const toPin = panel.keysToPin(client.key)
  const pinned = toPin.every((each) => panel.pins.state.getState().pins.some(({ key }) => key === each))
  const { group_id: group } = record
  const title = client.program?.title ?? ''
  const several = selectedCount > 1 && selection.state.getState().selected.has(client.key)
  return [
    { label: 'Inspect', run: () => inspector.open(client.key) },
    {
      label: 'Send to it…',
      run: () => panel.writeTo(client.key),
      takesFocus: true,
      unusable: live ? null : 'no connection',
    },
    {
      label: pinned ? 'Unpin' : toPin.length > 1 ? `Pin ${toPin.length} clients` : 'Pin',
      run: () => panel.pinOrUnpin(toPin),
    },
    null,
    ...(column === null || value === ''
      ? []
      : [{ label: `Copy ${cellName}: ${value.slice(0, 60)}`, run: copy(cellName, value) }]),
    { label: 'Copy uuid', run: copy('uuid', record.uuid) },
    ...(path === '' ? [] : [{ label: 'Copy path of the file', run: copy('path', path) }]),
    { label: 'Copy record', run: copy('record', JSON.stringify(record, null, 2)) },
    { label: 'Copy link', run: () => copyLink(toasts, placeLink('clients', record.uuid)) },
    null,
    {
      label: `Show only type ${record.client_type}`,
      run: () => filterBy(panel, filterTerm('type', record.client_type)),
    },
    ...(group === null
      ? []
      : [{ label: `Show only group ${group}`, run: () => filterBy(panel, filterTerm('group', group)) }]),
    ...(totals.users > 1
      ? [
          {
            label: `Show only user ${client.userId}`,
            run: () => filterBy(panel, filterTerm('user', client.userId)),
          },
        ]
      : []),
    ...(layout.groupBy === null
      ? []
      : [{ label: 'Select its group', run: () => panel.selectGroup(client.key) }]),
    null,
    ...(client.program === null || record.client_type !== 'llm'
      ? []
      : [
          {
            label: `Pause ${title}`,
            run: () => void panel.pauses.pause({ userId: client.userId, uuid: record.uuid }, title),
            unusable: live ? null : 'no connection',
          },
        ]),
    {
      label: several ? `Unregister ${selectedCount} clients…` : 'Unregister…',
      run: () => (several ? panel.askUnregister() : panel.askUnregister(client.key)),
      danger: true,
      unusable: live ? null : 'no connection',
    },
  ]
}

/** What can be done with a column: the menu of its title. `width` is as it is drawn, in CSS pixels. */
export function columnEntries(
  { clients }: Panel,
  column: Column,
  bucket: Bucket,
  width: number,
): MenuEntries {
  const { layout } = clients.state.getState()
  const sorts = layout.sort[bucket]
  const known = sorts.find((each) => each.column === column)
  const title = columnTitle(column, bucket)
  const sortTo = (direction: 'ascending' | 'descending') => () =>
    clients.arrange({ sort: { ...layout.sort, [bucket]: [{ column, direction }] } })
  const resize = (by: number) => () =>
    clients.arrange({ widths: withWidth(layout.widths, column, width + by) })
  const grouping = groupings.find((each) => each === column)
  const at = layout.columns.indexOf(column)
  const fixed = column === 'client' ? 'the client is always the first' : null
  return [
    { label: 'Sort ascending', run: sortTo('ascending') },
    { label: 'Sort descending', run: sortTo('descending') },
    known === undefined
      ? { label: 'Sort by this as well', run: () => clients.sortBy(bucket, column, true) }
      : {
          label: 'Do not sort by this',
          run: () =>
            clients.arrange({
              sort: { ...layout.sort, [bucket]: sorts.filter((each) => each !== known) },
            }),
          unusable: sorts.length === 1 ? 'it is the only one' : null,
        },
    ...(grouping === undefined
      ? []
      : [
          layout.groupBy === grouping
            ? { label: 'Do not group', run: () => clients.arrange({ groupBy: null }) }
            : { label: `Group by ${grouping}`, run: () => clients.arrange({ groupBy: grouping }) },
        ]),
    null,
    {
      label: 'Move left',
      run: () => clients.arrange({ columns: shiftColumn(layout.columns, column, -1) }),
      unusable: fixed ?? (at <= 1 ? 'it is the first after the client' : null),
    },
    {
      label: 'Move right',
      run: () => clients.arrange({ columns: shiftColumn(layout.columns, column, 1) }),
      unusable: fixed ?? (at === layout.columns.length - 1 ? 'it is the last' : null),
    },
    { label: 'Wider', run: resize(48) },
    { label: 'Narrower', run: resize(-48) },
    {
      label: 'Width as at first',
      run: () => clients.arrange({ widths: withWidth(layout.widths, column, undefined) }),
      unusable: layout.widths[column] === undefined ? `${columnFacts[column].title} has it` : null,
    },
    null,
    {
      label: `Hide ${title}`,
      run: () => clients.arrange({ columns: toggleColumn(layout.columns, column) }),
      unusable: fixed,
    },
  ]
}

/** The row of a client and the columns' titles have menus; this says which one is meant. */
export function entriesUnder(panel: Panel, element: Element): MenuEntries {
  const header = element.closest<HTMLElement>('[data-header]')
  if (header !== null) {
    const { header: column, bucket } = header.dataset as { header: Column; bucket: Bucket }
    const width = header.getBoundingClientRect().width / header.currentCSSZoom
    return columnEntries(panel, column, bucket, width)
  }
  const client = panel.clients.state
    .getState()
    .byKey.get(element.closest('[data-key]')?.getAttribute('data-key') ?? '')
  if (client === undefined) return []
  const column = element.closest('[data-column]')?.getAttribute('data-column') as Column | null | undefined
  return clientEntries(panel, client, column ?? null)
}
