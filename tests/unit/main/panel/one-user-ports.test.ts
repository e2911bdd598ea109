import { describe, expect, it } from 'vitest'
import { limitToUser } from '../../../../src/main/panel/one-user.ts'
import { panelFixture, routerPorts } from './panel-fixture.ts'

/** The members that both have alike, by their place. */
function sharedMembers(all: object, limited: object, path: readonly string[] = []): string[] {
  return Object.entries(all).flatMap(([name, member]: [string, unknown]) => {
    const own: unknown = (limited as Record<string, unknown>)[name]
    const place = [...path, name]
    if (own === member && member !== null) return [place.join('.')]
    if (typeof member !== 'object' || member === null || typeof own !== 'object' || own === null) return []
    // Listeners are not ports.
    return name === 'events' ? [] : sharedMembers(member, own, place)
  })
}

describe('the ports of a panel of one user', () => {
  it('share nothing with those of all users but what is listed here', () => {
    const ports = routerPorts(panelFixture())
    expect(sharedMembers(ports, limitToUser(ports, 'eve'))).toStrictEqual([
      'sessions.threshold',
      'sessions.scopesOf',
      // These say that something changed, and not what: the lists that are read then are limited.
      'access.blocks.events',
      'access.approvals.events',
      'activity.log.state',
      'settings.list',
      // Refused before it is called: `mayChange` is false.
      'settings.keep',
      'server.connectInfo',
      'server.addon',
      'clock',
    ])
  })

  it('may not change settings, and hold no tokens', () => {
    const { settings, access } = limitToUser(routerPorts(panelFixture()), 'eve')
    expect(settings.mayChange).toBe(false)
    expect(access.tokens).toBeNull()
  })
})
