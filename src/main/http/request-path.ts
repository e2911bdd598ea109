import type { IncomingMessage } from 'node:http'
import { originForm } from '../access/request-target.ts'
import { panelSocketPath } from '../../shared/panel-socket.ts'

/** The path of a request without its query, whatever form its target has. */
export function pathOf({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  return originForm(url).split('?', 1)[0] ?? '/'
}

/** True for a request that wants the panel's WebSocket: the only upgrade that this server knows. */
export function isPanelSocket(request: IncomingMessage): boolean {
  return pathOf(request) === panelSocketPath && request.headers.upgrade?.toLowerCase() === 'websocket'
}
