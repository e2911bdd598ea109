import type { PanelClient } from '../../../shared/clients.ts'
import { uniqueName } from '../../model/clients/client-text.ts'
import type { Inspector } from '../../model/inspector/inspector-store.ts'
import { tabsOf, tabTitles } from '../../model/inspector/inspector-tabs.ts'
import { needsRender, pictureFileName } from '../../model/pictures/picture-text.ts'
import { noPictureView } from '../../model/pictures/pictures-store.ts'
import { draftTitle, emptiedDraft } from '../../model/send/draft.ts'
import { placeLink } from '../../panel/router.ts'
import { saveAddress } from '../../lib/save-file.ts'
import { addIntervals, eachMax, type ActionPorts, type AddAction } from './action.ts'

/** What can be done in the inspectors that are open: the one of the selection, and those that are pinned. */
export function addInspectors(add: AddAction, ports: ActionPorts): void {
  const { inspector, pins } = ports.panel
  const { pins: pinned, together } = pins.state.getState()
  const open = inspector.state.getState().last
  if (open !== null) {
    addInspector(add, ports, inspector, open, 'inspector')
    add('Close the inspector', 'Escape', inspector.close)
  }
  for (const pin of pinned) {
    const { last } = pin.inspector.state.getState()
    if (last !== null) addInspector(add, ports, pin.inspector, last, 'pinned inspector')
  }
  if (pinned.length > 0) {
    add(
      together ? 'Let each inspector show a tab of its own' : 'Show the same tab in all inspectors',
      'inspector',
      () => pins.setTogether(!together),
    )
  }
  if (pinned.length > 1) {
    add('Unpin all clients', 'clients', () => ports.panel.pinOrUnpin(pinned.map(({ key }) => key)))
  }
  const { preferences } = ports
  addIntervals(add, 'in the inspector', preferences.state.getState().viewportSeconds, (seconds) =>
    preferences.set({ viewportSeconds: seconds }),
  )
}

function addInspector(
  add: AddAction,
  { panel, go, live, settings }: ActionPorts,
  inspector: Inspector,
  client: PanelClient,
  hint: string,
): void {
  const { clients, pins, pictures, compose, intents } = panel
  const { byKey } = clients.state.getState()
  const name = uniqueName(client, byKey)
  const showTab = (tab: ReturnType<typeof tabsOf>[number], then?: () => void) => () => {
    go(placeLink('clients'))
    pins.showTab(inspector, tab)
    if (then === undefined) inspector.focus()
    else then()
  }
  for (const tab of tabsOf(client)) add(`Show the tab ${tabTitles[tab]}: ${name}`, hint, showTab(tab))
  add(`Show its activity in full: ${name}`, 'activity', () =>
    go(placeLink('activity', `client/${client.record.uuid}`)),
  )
  const view = pictures.state.getState().byKey.get(client.key) ?? noPictureView
  const { picture } = view
  if (picture !== null) {
    add(
      `Show its picture larger: ${name}`,
      hint,
      showTab('viewport', () => intents.set({ to: 'enlarge the picture', key: client.key })),
    )
    add(`Save its picture…: ${name}`, hint, () => saveAddress(pictureFileName(client, picture), picture.url))
  }
  if (!live || !byKey.has(client.key)) return
  if (pictures.watched().includes(client.key)) {
    const render = needsRender(client, view)
    add(`${render ? 'Render a preview' : 'Take a new picture'}: ${name}`, hint, () =>
      pictures.refresh([client.key], { render }),
    )
  }
  add(
    `Block it: ${name}…`,
    hint,
    showTab('policy', () => intents.set({ to: 'block a client', key: client.key })),
  )
  if (settings?.mayChange === true) {
    add(
      `Forget what is kept about it: ${name}…`,
      hint,
      showTab('activity', () => intents.set({ to: 'forget a client', key: client.key })),
    )
  }
  if (!compose.state.getState().byKey.has(client.key)) return
  const { draft, sent } = compose.of(client)
  add(
    `Send what is written: ${name}`,
    hint,
    showTab('send', () => void compose.send(client)),
  )
  add(
    `Start over what is written: ${name}`,
    hint,
    showTab('send', () => compose.edit(client, emptiedDraft(draft))),
  )
  for (const message of sent.slice(0, eachMax)) {
    add(
      `Put back into the form of ${name}: ${draftTitle(message.draft)}`,
      hint,
      showTab('send', () => compose.putBack(client, message.id)),
    )
  }
}
