import { WebSocket } from 'ws'
import { closeNoCall } from '../../shared/panel-socket.ts'
import { guarded } from '../base/guarded.ts'
import type { PanelHandlerPorts } from '../panel/panel-handler.ts'
import { createPanelPeer } from '../panel/panel-peer.ts'

/**
 * Answers the calls that come over a panel's socket until it closes. A frame that is no call closes it: whoever sends
 * one speaks something else.
 */
export function answerCalls(socket: WebSocket, ports: PanelHandlerPorts): void {
  const { log, panel } = ports
  const peer = createPanelPeer(
    {
      send: (message) => socket.send(message),
      isOpen: () => socket.readyState === WebSocket.OPEN,
      refuse() {
        log.warn({ panel }, 'a panel sent a frame that is no call; its connection was closed')
        socket.close(closeNoCall, 'The frame is no call')
      },
    },
    ports,
  )
  socket.on(
    'message',
    guarded('frame of a panel', (data, isBinary: boolean) => {
      // Whole messages come as one Buffer each (`binaryType`, "nodebuffer").
      const frame = data as Buffer
      peer.take(isBinary ? frame : frame.toString())
    }),
  )
  socket.on(
    'close',
    guarded('end of a panel', () => peer.close()),
  )
}
