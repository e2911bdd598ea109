/**
 * The isolated world of a page: where the preload runs, with an `electron` that has nothing but what a sandboxed
 * preload of this program uses. The source of `runPreload` is evaluated in the page, so it stands on its own.
 */
import type { IpcRenderer } from 'electron'
import type { StructuredCodec } from './structured-codec.ts'

/** Name of the world; the page's own scripts live in another and can't see it. */
export const preloadWorldName = 'Electron Isolated Context'
/** Function in that world which carries text to the host. */
export const toHostBinding = '__standInToHost'
/** Function in that world which takes text from the host. */
export const fromHostFunction = '__standInFromHost'

/** What crosses between a page and the host. `data` and `args` are written by the structured codec. */
export type PageToHost =
  | { type: 'ipc'; channel: string; args: string }
  | { type: 'port-message'; portId: number; data: string }
  | { type: 'port-close'; portId: number }

export type HostToPage =
  | { type: 'ipc'; channel: string; args: string; portIds: number[] }
  | { type: 'port-message'; portId: number; data: string }
  | { type: 'port-close'; portId: number }

type PreloadRunner = (
  require: (name: string) => unknown,
  module: { exports: object },
  exports: object,
) => void

/** The part of `ipcRenderer` that the preload uses, checked against Electron's own. */
type IpcRendererPart = Pick<IpcRenderer, 'on' | 'send'>

export function runPreload(
  createCodec: () => StructuredCodec,
  preload: PreloadRunner,
  names: { toHost: string; fromHost: string },
): void {
  // Electron runs a preload in main frames only.
  if (window.top !== window) return
  const codec = createCodec()
  const world = globalThis as unknown as Record<string, (text: string) => void>
  const toHost = (message: PageToHost) => world[names.toHost]?.(JSON.stringify(message))

  const listeners = new Map<string, ((event: Electron.IpcRendererEvent, ...args: unknown[]) => void)[]>()
  const ports = new Map<number, MessagePort>()

  const refuseUnknown = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(object, property) {
        if (typeof property === 'string' && !(property in object)) {
          throw new Error(`The stand-in for Electron has no ${name}.${property} in a preload.`)
        }
        return Reflect.get(object, property, object) as unknown
      },
    })

  const ipcRendererPart: IpcRendererPart = {
    on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
      return ipcRenderer
    },
    send(channel, ...args: unknown[]) {
      toHost({ type: 'ipc', channel, args: codec.encode(args) })
    },
  }
  const ipcRenderer = refuseUnknown('ipcRenderer', ipcRendererPart) as IpcRenderer

  /** A real port for the page; its other end stays here and speaks to the host. */
  const openPort = (portId: number): MessagePort => {
    const { port1, port2 } = new MessageChannel()
    port2.addEventListener('message', ({ data }) =>
      toHost({ type: 'port-message', portId, data: codec.encode(data) }),
    )
    port2.addEventListener('close', () => {
      if (ports.delete(portId)) toHost({ type: 'port-close', portId })
    })
    port2.start()
    ports.set(portId, port2)
    return port1
  }

  world[names.fromHost] = (text) => {
    const message = JSON.parse(text) as HostToPage
    switch (message.type) {
      case 'ipc': {
        const event = refuseUnknown('ipcRenderer event', { ports: message.portIds.map(openPort) })
        const args = codec.decode(message.args) as unknown[]
        for (const listener of listeners.get(message.channel) ?? []) {
          listener(event as unknown as Electron.IpcRendererEvent, ...args)
        }
        return
      }
      case 'port-message':
        ports.get(message.portId)?.postMessage(codec.decode(message.data))
        return
      case 'port-close': {
        const port = ports.get(message.portId)
        ports.delete(message.portId)
        port?.close()
      }
    }
  }

  const module = { exports: {} }
  preload(
    (name) => {
      if (name !== 'electron') throw new Error(`A sandboxed preload can't require "${name}".`)
      return refuseUnknown('electron', { ipcRenderer })
    },
    module,
    module.exports,
  )
}

/** The whole script that a page runs in its isolated world before any of its own. */
export function preloadWorldSource(createCodec: () => StructuredCodec, preload: string): string {
  const names = JSON.stringify({ toHost: toHostBinding, fromHost: fromHostFunction })
  const runner = `(require, module, exports) => {\n${preload}\n}`
  return `(${runPreload.toString()})(${createCodec.toString()}, ${runner}, ${names})`
}
