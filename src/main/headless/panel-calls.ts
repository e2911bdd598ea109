import { createServerPeerHandleRequestFn } from '@orpc/server/standard-peer'
import { ServerPeer } from '@orpc/standard-server-peer'
import { WebSocket } from 'ws'
import { guarded, inBackground } from '../base/guarded.ts'
import { wellFormedJson } from '../../shared/well-formed.ts'
import { closeNoCall } from '../../shared/panel-socket.ts'
import { createAcks } from '../panel/paced-watch.ts'
import { createPanelHandler, type PanelHandlerPorts } from '../panel/panel-handler.ts'

/**
 * Answers the calls that come over a panel's socket until it closes. A frame that is no call closes it: whoever sends
 * one speaks something else. (oRPC's own adapter writes such a frame's stack to the console and goes on.)
 */
export function answerCalls(socket: WebSocket, ports: PanelHandlerPorts): void {
  const { log, panel } = ports
  const handle = createServerPeerHandleRequestFn(createPanelHandler(ports), {
    context: { acks: createAcks() },
  })
  const peer = new ServerPeer((message) => socket.send(message))

  const take = async (frame: string | Buffer): Promise<void> => {
    const found = { isCall: false }
    try {
      await peer.message(frame, (request) => {
        found.isCall = true
        return handle(request)
      })
    } catch (error) {
      // What breaks off because the panel went away is no news.
      if (socket.readyState !== WebSocket.OPEN) return
      if (found.isCall) {
        log.error({ err: error, panel }, 'a call of a panel broke off')
        return
      }
      log.warn({ panel }, 'a panel sent a frame that is no call; its connection was closed')
      socket.close(closeNoCall, 'The frame is no call')
    }
  }
  socket.on(
    'message',
    guarded('frame of a panel', (data, isBinary: boolean) => {
      // Whole messages come as one Buffer each (`binaryType`, "nodebuffer").
      const frame = data as Buffer
      if (socket.readyState !== WebSocket.OPEN) return
      inBackground('call of a panel', take(isBinary ? frame : wellFormedJson(frame.toString())))
    }),
  )
  socket.on(
    'close',
    guarded('end of a panel', () => peer.close()),
  )
}
