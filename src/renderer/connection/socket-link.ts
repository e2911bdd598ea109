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
  // Listens before the RPC link does: the reason of a close must be known before its calls are rejected for it.
  const ended = new Promise<LinkEnd>((resolve) => {
    socket.addEventListener('close', (event) => resolve(event.code === closeBadKey ? 'bad-key' : 'lost'), {
      once: true,
    })
  })
  const api: PanelApi = createORPCClient(new RPCLink({ websocket: socket }))
  return {
    api,
    ended,
    close() {
      socket.close()
      // A closing handshake with a dead peer takes minutes; the calls in flight are rejected now.
      socket.dispatchEvent(new CloseEvent('close'))
    },
  }
}
