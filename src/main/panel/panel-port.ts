import { MessagePortHandler } from '@orpc/server/message-port'
import { createPanelHandler, type PanelHandlerPorts } from './panel-handler.ts'
import { createAcks } from './paced-watch.ts'

/** A message port as oRPC's adapter uses it: Electron's `MessagePortMain` is one. */
export interface PanelPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
}

/** Answers the calls that come over a port until the returned function is called or the port closes. */
export function answerPort(port: PanelPort, ports: PanelHandlerPorts): () => void {
  new MessagePortHandler(createPanelHandler(ports)).upgrade(port, { context: { acks: createAcks() } })
  port.start()
  return () => port.close()
}
