/** `MessageChannelMain` and its ports: pairs in this process, one of which can move into a page. */
import type { MessagePortMain } from 'electron'
import { createStandInEvents, strict } from './strict.ts'

type PortEvents = { message: [event: { data: unknown; ports: [] }]; close: [] }

/** What the shell may use of a port, checked against Electron's own. */
type PortPart = Pick<MessagePortMain, 'postMessage' | 'start' | 'close' | 'on' | 'off' | 'once'>

/** The far side of a port: where its messages go and who hears that it was closed. */
type FarSide = { receive(data: unknown): void; closed(): void }

/** What the stand-in itself does with a port; never seen by the shell. */
type PortInside = {
  farSide: FarSide
  /** Takes the port out of this process; answers what its messages so far were. */
  move(): unknown[]
  receive(data: unknown): void
  farSideClosed(): void
}

const insides = new WeakMap<MessagePortMain, PortInside>()

function insideOf(port: MessagePortMain): PortInside {
  const inside = insides.get(port)
  if (inside === undefined) throw new TypeError('Port at index 0 is not a valid port')
  return inside
}

function createPort(): MessagePortMain {
  let state: 'open' | 'closed' | 'moved' = 'open'
  let started = false
  const waiting: unknown[] = []
  const events = createStandInEvents<PortEvents>('MessagePortMain', (port: MessagePortMain, handler) => {
    port.on('message', handler('message') as unknown as (event: Electron.MessageEvent) => void)
    port.on('close', handler('close'))
  })
  const useable = () => {
    if (state === 'moved') throw new Error('This port was given to a page and can no longer be used here.')
    return state === 'open'
  }
  const flush = () => {
    while (started && state === 'open' && waiting.length > 0) {
      events.emit('message', { data: waiting.shift(), ports: [] })
    }
  }
  const end = () => {
    if (state !== 'open') return
    state = 'closed'
    events.emit('close')
  }

  const inside: PortInside = {
    farSide: { receive() {}, closed() {} },
    move() {
      useable()
      state = 'moved'
      return waiting.splice(0)
    },
    receive(data) {
      waiting.push(data)
      setImmediate(flush)
    },
    farSideClosed: () => void setImmediate(end),
  }

  const part: PortPart = {
    postMessage(message: unknown, transfer) {
      if (transfer !== undefined && transfer.length > 0)
        throw new Error('The stand-in moves no port through a port.')
      if (useable()) inside.farSide.receive(structuredClone(message))
    },
    start() {
      useable()
      started = true
      setImmediate(flush)
    },
    close() {
      if (!useable()) return
      inside.farSide.closed()
      // The side that closes hears of it as well, and at once, as in Electron.
      end()
    },
    on(name: string, listener: (...args: never[]) => void) {
      events.on(name, listener)
      return port
    },
    once(name: string, listener: (...args: never[]) => void) {
      events.once(name, listener)
      return port
    },
    off(name: string, listener: (...args: never[]) => void) {
      events.off(name, listener)
      return port
    },
  }
  const port = strict<MessagePortMain>('MessagePortMain', part)
  insides.set(port, inside)
  return port
}

export class MessageChannelMain {
  readonly port1: MessagePortMain = createPort()
  readonly port2: MessagePortMain = createPort()

  constructor() {
    const [one, two] = [insideOf(this.port1), insideOf(this.port2)]
    one.farSide = { receive: (data) => two.receive(data), closed: () => two.farSideClosed() }
    two.farSide = { receive: (data) => one.receive(data), closed: () => one.farSideClosed() }
  }
}

/** A port that lives in a page now, seen from this process. */
export type PagePort = {
  /** The page posted a message. */
  receive(data: unknown): void
  /** The page closed the port, or is gone. */
  close(): void
}

/**
 * Moves a port into a page. `page` gets what its other end, which stays here, posts; messages that had arrived
 * before come first.
 */
export function movePort(port: MessagePortMain, page: FarSide): PagePort {
  const inside = insideOf(port)
  for (const data of inside.move()) page.receive(data)
  const { farSide } = inside
  inside.receive = (data) => page.receive(data)
  inside.farSideClosed = () => page.closed()
  return { receive: (data) => farSide.receive(data), close: () => farSide.closed() }
}
