import { describe, expect, it } from 'vitest'
import type { ActionPorts } from '../../../../../src/renderer/app/actions/action.ts'
import { findActions } from '../../../../../src/renderer/app/actions/find-actions.ts'
import { createRouter } from '../../../../../src/renderer/panel/router.ts'
import { createPreferences } from '../../../../../src/renderer/settings/preferences.ts'
import { createTheme } from '../../../../../src/renderer/theme/theme.ts'
import type { PanelClient } from '../../../../../src/shared/clients.ts'
import { createFakeStorage } from '../../fakes/fake-storage.ts'
import { livePanel } from '../../fakes/fake-panel.ts'
import { keyOf, panelClient } from '../../fakes/panel-clients.ts'

/** What the server tells a person who may change everything. */
const told: Pick<ActionPorts, 'settings' | 'tokens'> = {
  settings: {
    mayChange: true,
    settings: [
      { key: 'stale_seconds', value: 45, source: 'default', byDefault: 45, kept: null },
      { key: 'session_idle_seconds', value: 600, source: 'file', byDefault: 1800, kept: 600 },
    ],
  },
  tokens: [
    {
      id: 't-1',
      name: 'farm',
      userId: 'local',
      scopes: ['bus'],
      createdAt: 0,
      expiresAt: null,
      lastUsedAt: null,
    },
  ],
}

async function build(clients: readonly (string | PanelClient)[] = ['a', 'b']) {
  const parts = await livePanel(clients)
  const router = createRouter('')
  const storage = createFakeStorage()
  const went: string[] = []
  const ports: ActionPorts = {
    panel: parts.panel,
    get live() {
      return parts.kind() === 'live'
    },
    router,
    preferences: createPreferences({ root: { dataset: {}, style: { zoom: '' } }, storage }),
    theme: createTheme({
      root: { dataset: {} },
      storage,
      prefersLight: { matches: false, addEventListener: () => undefined },
    }),
    go(fragment) {
      went.push(fragment)
      router.follow(fragment)
    },
    settings: null,
    tokens: null,
    showShortcuts: () => undefined,
  }
  const titles = (query: string) => findActions(ports, query).map(({ title }) => title)
  const run = (title: string) => {
    const found = findActions(ports, title).find((each) => each.title === title)
    if (found === undefined) expect.fail(`no action is called “${title}”`)
    found.run()
  }
  return { ...parts, ports, went, titles, run, intent: () => parts.panel.intents.state.getState().intent }
}

describe('the palette', () => {
  it('shows the tabs of every open inspector, each of its own client', async () => {
    const llm = panelClient('llm', { record: { client_type: 'llm', is_persistent: false } })
    const { panel, ports, run, went } = await build(['a', llm])
    panel.pins.pin(keyOf('a'))
    panel.inspector.open(keyOf('llm'))
    const tabs = findActions(ports, 'show the tab').map(({ title, hint }) => `${title} (${hint})`)
    expect(tabs).toEqual([
      'Show the tab Record: llm (inspector)',
      'Show the tab Activity: llm (inspector)',
      'Show the tab Jobs: llm (inspector)',
      'Show the tab Session: llm (inspector)',
      'Show the tab Send: llm (inspector)',
      'Show the tab Policy: llm (inspector)',
      'Show the tab Record: a (pinned inspector)',
      'Show the tab Viewport: a (pinned inspector)',
      'Show the tab Activity: a (pinned inspector)',
      'Show the tab Jobs: a (pinned inspector)',
      'Show the tab Session: a (pinned inspector)',
      'Show the tab Send: a (pinned inspector)',
      'Show the tab Policy: a (pinned inspector)',
      'Show the same tab in all inspectors (inspector)',
    ])
    run('Show the tab Viewport: a')
    const [pin] = panel.pins.state.getState().pins
    expect(pin?.inspector.state.getState()).toMatchObject({ tab: 'viewport', wantsFocus: 'tab' })
    expect(panel.inspector.state.getState()).toMatchObject({ tab: 'record', wantsFocus: null })
    expect(went).toEqual(['#/clients'])
  })

  it('opens the forms of the settings where they stand', async () => {
    const { ports, titles, run, intent, went } = await build(['a'])
    expect(titles('token')).not.toContain('Create a token…')
    Object.assign(ports, told)
    expect(titles('').slice(-9)).toEqual([
      'Search the settings…',
      'Add a block…',
      'Forget a client…',
      'Create a token…',
      'Revoke the token farm…',
      'Add a rule for approvals…',
      'Change the setting Stale clients…',
      'Change the setting Idle sessions…',
      'Set back to its default: Idle sessions',
    ])
    run('Revoke the token farm…')
    expect(intent()).toEqual({ to: 'revoke a token', id: 't-1' })
    run('Change the setting Idle sessions…')
    expect(intent()).toEqual({ to: 'change a setting', key: 'session_idle_seconds' })
    expect(went).toEqual(['#/settings', '#/settings'])
  })

  it('offers nothing that needs a connection while there is none', async () => {
    const { panel, ports, feeds, titles } = await build(['a'])
    Object.assign(ports, told)
    panel.inspector.open(keyOf('a'))
    const needs = ['Add a block…', 'Create a token…', 'Block it: a…', 'Export the activity as CSV']
    expect(titles('')).toEqual(expect.arrayContaining(needs))
    feeds.blocks.newest().end()
    await new Promise((resolve) => setImmediate(resolve))
    expect(panel.connection.state.getState().kind).toBe('lost')
    expect(titles('').filter((title) => needs.includes(title))).toEqual([])
    expect(titles('connect now')).toEqual(['Try to connect now'])
  })

  it('leaves out what holds already, on the wall too', async () => {
    const { panel, ports, titles, run } = await build()
    expect(titles('cards on the wall')).toEqual([
      'Use small cards on the wall',
      'Use large cards on the wall',
    ])
    run('Take pictures on the wall every 30 s')
    expect(titles('pictures on the wall')).toEqual([
      'Take pictures on the wall only when I ask',
      'Take pictures on the wall every 2 s',
      'Take pictures on the wall every 5 s',
      'Take pictures on the wall every 10 s',
    ])
    expect(titles('blenders in sight')).toEqual([])
    run('Show clients on the wall')
    expect(panel.clients.state.getState().layout.shownAs).toBe('wall')
    expect(ports.preferences.state.getState().wallSeconds).toBe(30)
    expect(titles('blenders in sight')).toEqual(['Take new pictures of the Blenders in sight'])
  })

  it('exports, goes to a time and pauses the activity in its own view', async () => {
    const { panel, titles, run, intent, went } = await build()
    expect(titles('pause')).toEqual([])
    run('Export the activity as CSV')
    expect(intent()).toEqual({ to: 'export', format: 'csv' })
    // For the server it is second 50.
    run('Go to the activity of an hour ago')
    expect(intent()).toEqual({ to: 'go to a moment', at: -3_550 })
    expect(went).toEqual(['#/activity', '#/activity'])
    run('Pause the activity')
    expect(panel.log.state.getState().following).toBe(false)
    expect(titles('pause')).toEqual([])
    run('Follow the newest activity')
    expect(panel.log.state.getState().following).toBe(true)
  })

  it('tells clients of one name apart by their uuids', async () => {
    const named = (uuid: string) => panelClient(uuid, { record: { label: 'Atelier' } })
    const { titles } = await build([named('u-1'), named('u-2'), 'Other'])
    expect(titles('atelier')).toEqual([
      'Atelier (u-1)',
      'Send to it: Atelier (u-1)…',
      'Atelier (u-2)',
      'Send to it: Atelier (u-2)…',
    ])
    expect(titles('u-2')).toEqual(['Atelier (u-2)', 'Send to it: Atelier (u-2)…'])
    expect(titles('other')).toEqual(['Other', 'Send to it: Other…'])
  })
})
