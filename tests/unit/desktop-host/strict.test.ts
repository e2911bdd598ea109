import type { App } from 'electron'
import { describe, expect, it } from 'vitest'
import { createEvent, createStandInEvents, strict } from '../../desktop/host/strict.ts'

describe('strict', () => {
  it('throws for what it does not have, and can not be changed', () => {
    const app = strict<App>('app', { isPackaged: false })
    expect(app.isPackaged).toBe(false)
    expect(() => app.getVersion()).toThrow('The stand-in for Electron has no app.getVersion.')
    expect(() => (app.applicationMenu = null)).toThrow(
      'The stand-in for Electron does not let app.applicationMenu be set.',
    )
  })
})

describe('createStandInEvents', () => {
  it('throws for an event that it never emits', () => {
    const events = createStandInEvents<{ activate: [event: unknown, visible: boolean] }>(
      'app',
      (app: App, handler) => {
        app.on('activate', handler('activate'))
      },
    )
    const heard: unknown[] = []
    events.on('activate', (_event: unknown, visible: boolean) => heard.push(visible))
    expect(events.emit('activate', {}, true)).toBe(true)
    expect(heard).toEqual([true])
    expect(() => events.on('ready', () => undefined)).toThrow(
      'The stand-in for Electron never emits "ready" on app.',
    )
  })
})

describe('createEvent', () => {
  it('knows whether it was prevented, and has no other field than it was given', () => {
    const event = createEvent('will-navigate', { url: 'https://example.com/' })
    expect(event.defaultPrevented).toBe(false)
    event.preventDefault()
    expect({ url: event.url, prevented: event.defaultPrevented }).toEqual({
      url: 'https://example.com/',
      prevented: true,
    })
    expect(() => (event as unknown as { isMainFrame: boolean }).isMainFrame).toThrow(
      'The stand-in for Electron has no will-navigate event.isMainFrame.',
    )
  })
})
