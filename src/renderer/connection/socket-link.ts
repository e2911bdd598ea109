import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { closeBadKey, panelKeyPrefix, panelSocketPath, panelSubprotocol } from '../../shared/panel-socket.ts'
import type { LinkEnd, PanelApi, PanelLink } from './panel-transport.ts'

/** The address of the panel's WebSocket, seen from the page at `location`. */
export function socketUrl(location: Pick<Location, 'protocol' | 'host'>): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${panelSocketPath}`
}

/** The link of a panel in a browser: a WebSocket that proves itself with the key as a subprotocol. */
export function openSocketLink(url: string, key: string): PanelLink {
  const socket = new WebSocket(url, [panelSubprotocol, panelKeyPrefix + key])
  // Made before our own listener: at a close it must have rejected all calls before anybody hears of the end, or it
  // still tries to cancel them over the closed socket.
  const api: PanelApi = createORPCClient(new RPCLink({ websocket: socket }))
  const ended = new Promise<LinkEnd>((resolve) => {
    socket.addEventListener('close', (event) => resolve(event.code === closeBadKey ? 'bad-key' : 'lost'), {
      once: true,
    })
  })
  return {
    api,
    ended,
    close() {
      socket.close()
      // A closing handshake with a dead peer takes minutes; the calls in flight must not wait for it.
      socket.dispatchEvent(new CloseEvent('close'))
    },
  }
}
