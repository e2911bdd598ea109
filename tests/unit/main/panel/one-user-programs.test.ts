import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { limitToUser } from '../../../../src/main/panel/one-user.ts'
import type { PanelRouterPorts } from '../../../../src/main/panel/router-ports.ts'
import type { PanelTrouble, ProgramRef } from '../../../../src/shared/troubles.ts'
import { panelFixture, routerPorts } from './panel-fixture.ts'

const trouble = (userId: string): PanelTrouble => ({
  userId,
  program: 'llm-codex-000000-',
  name: 'Codex',
  kind: 'floods',
  tool: '',
  count: 1,
  lastAt: 1_700_000_000,
})
const of = (userId: string): ProgramRef => ({ userId, program: 'llm-codex-000000-' })

it('a panel of one user names, pauses and dismisses the programs of its own bus alone', () => {
  const events: PanelRouterPorts['troubles']['events'] = new EventEmitter()
  const asked: unknown[] = []
  const ports: PanelRouterPorts = {
    ...routerPorts(panelFixture()),
    troubles: {
      events,
      list: () => [trouble('local'), trouble('eve')],
      pause: (program) => asked.push(['pause', program]) > 0,
      dismiss: (program) => asked.push(['dismiss', program]) > 0,
    },
  }
  const { troubles } = limitToUser(ports, 'eve')
  expect(troubles.list()).toStrictEqual([trouble('eve')])
  const heard: unknown[] = []
  troubles.events.on('changed', (userId) => heard.push(userId))
  events.emit('changed', 'local')
  events.emit('changed', 'eve')
  expect(heard).toStrictEqual(['eve'])
  expect([troubles.pause(of('local')), troubles.dismiss(of('local')), asked]).toStrictEqual([
    false,
    false,
    [],
  ])
  expect([troubles.pause(of('eve')), troubles.dismiss(of('eve')), asked]).toStrictEqual([
    true,
    true,
    [
      ['pause', of('eve')],
      ['dismiss', of('eve')],
    ],
  ])
})

it('a panel of one user ends no Blender', () => {
  expect(limitToUser(routerPorts(panelFixture()), 'eve').endings).toBeNull()
})
