import { afterEach, describe, expect, it } from 'vitest'
import { connectToShell } from '../../../../src/renderer/connection/connect-to-shell.ts'
import { createConnection } from '../../../../src/renderer/connection/connection.ts'
import { createFakeStorage } from '../fakes/fake-storage.ts'
import { createManualTimers } from '../fakes/manual-timers.ts'

const ports: MessagePort[] = []
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

/** Lets promise callbacks run. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A window of which only what the panel uses is there. */
function build(address: string) {
  const url = new URL(address)
  const target = new EventTarget()
  const asked: unknown[] = []
  const location = {
    protocol: url.protocol,
    host: url.host,
    origin: `${url.protocol}//${url.host}`,
    pathname: '/',
    search: '',
    hash: url.hash,
  }
  const window = Object.assign(target, {
    location,
    history: {
      replaceState: () => {
        location.hash = ''
      },
    },
    postMessage: (data: unknown, origin: string) => void asked.push([data, origin]),
  })
  const timers = createManualTimers()
  let links = 0
  const connection = createConnection({
    timers,
    onLink: () => {
      links += 1
    },
  })
  connectToShell(window as unknown as Window, connection, createFakeStorage())
  /** Does what the preload does. */
  const handPort = (change: { data?: unknown; source?: unknown } = {}) => {
    const { port1, port2 } = new MessageChannel()
    ports.push(port1, port2)
    const message = { data: 'busbar:panel-port', source: window, ports: [port1], ...change }
    target.dispatchEvent(Object.assign(new Event('message'), message))
    return port2
  }
  return {
    timers,
    asked,
    handPort,
    location,
    target,
    kind: () => connection.state.getState().kind,
    links: () => links,
  }
}

const question = [{ type: 'busbar:panel-ready' }, 'busbar://panel']

describe('on the desktop', () => {
  it('asks for a port and uses the one that comes', async () => {
    const { asked, handPort, kind, links } = build('busbar://panel/')
    expect(asked).toEqual([question])
    expect(kind()).toBe('connecting')
    handPort()
    await settle()
    expect(links()).toBe(1)
  })

  it('asks again when no port came, or the last one is gone', async () => {
    const { timers, asked, handPort, links } = build('busbar://panel/')
    timers.advance(8_000)
    timers.advance(2_000)
    expect(asked).toEqual([question, question])
    handPort()
    await settle()
    expect(links()).toBe(1)
    timers.advance(8_000)
    timers.advance(4_000)
    expect(asked).toHaveLength(3)
  })

  it('ignores ports from elsewhere and messages that hand none over', async () => {
    const { handPort, links } = build('busbar://panel/')
    handPort({ source: {} })
    handPort({ data: 'something else' })
    await settle()
    expect(links()).toBe(0)
  })
})

describe('on a page without a key', () => {
  it('asks a person for it, and a preload for a port', () => {
    const { asked, kind } = build('http://127.0.0.1:9877/')
    expect(kind()).toBe('no-key')
    expect(asked).toEqual([[{ type: 'busbar:panel-ready' }, 'http://127.0.0.1:9877']])
  })

  it('connects by the port that a preload hands over', async () => {
    const { handPort, kind, links } = build('http://localhost:5173/')
    handPort()
    await settle()
    expect(kind()).toBe('connecting')
    expect(links()).toBe(1)
  })

  it('connects when the address with the key is opened in the same tab', () => {
    const { location, target, kind } = build('http://127.0.0.1:1/')
    location.hash = '#key=abc'
    target.dispatchEvent(new Event('hashchange'))
    expect(kind()).toBe('connecting')
    expect(location.hash).toBe('')
  })
})
