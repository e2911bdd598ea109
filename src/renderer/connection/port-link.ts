import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { panelPortChannel } from '../../shared/panel-socket.ts'
import type { LinkEnd, PanelApi, PanelLink } from './panel-transport.ts'

/** What the page says to its preload when it listens for a message port. */
const panelReadyMessage = { type: 'busbar:panel-ready' } as const

/**
 * Calls `onPort` with each message port that the preload hands to this window. Answers a function that stops
 * listening. A message from any other window is ignored.
 */
export function listenForPanelPort(window: Window, onPort: (port: MessagePort) => void): () => void {
  const listener = (event: MessageEvent) => {
    const port = event.ports[0]
    if (event.source !== window || event.data !== panelPortChannel || port === undefined) return
    onPort(port)
  }
  window.addEventListener('message', listener)
  return () => window.removeEventListener('message', listener)
}

/** Tells the preload that this page listens and wants a port. A page without a preload hears nothing. */
export function askForPanelPort(window: Window): void {
  window.postMessage(panelReadyMessage, window.location.origin === 'null' ? '*' : window.location.origin)
}

/** The link of a panel on the desktop, over the message port that its preload handed in. */
export function openPortLink(port: MessagePort): PanelLink {
  const ended = new Promise<LinkEnd>((resolve) => {
    port.addEventListener('close', () => resolve('lost'), { once: true })
  })
  const api: PanelApi = createORPCClient(new RPCLink({ port }))
  port.start()
  return {
    api,
    ended,
    close() {
      port.close()
      // A port tells only the far side that it was closed.
      port.dispatchEvent(new Event('close'))
    },
  }
}
