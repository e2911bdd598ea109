import { guarded, inBackground } from '../base/guarded.ts'
import type { PanelHandlerPorts } from './panel-handler.ts'
import { createPanelPeer } from './panel-peer.ts'

/** A message port: Electron's `MessagePortMain` is one. */
export interface PanelPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
}

/** Answers the calls that come over a port until the returned function is called or the port closes. */
export function answerPort(port: PanelPort, ports: PanelHandlerPorts): () => void {
  let isOpen = true
  const peer = createPanelPeer(
    {
      send: (message) => port.postMessage(message),
      isOpen: () => isOpen,
      refuse() {
        ports.log.warn({ panel: ports.panel }, 'a panel sent a frame that is no call; its port was closed')
        port.close()
      },
    },
    ports,
  )
  port.on(
    'message',
    guarded('frame of a panel', ({ data }: { data: unknown }) =>
      inBackground('call of a panel', peer.take(data)),
    ),
  )
  port.on(
    'close',
    guarded('end of a panel', () => {
      isOpen = false
      peer.close()
    }),
  )
  port.start()
  return () => port.close()
}
