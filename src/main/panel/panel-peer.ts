import { createServerPeerHandleRequestFn } from '@orpc/server/standard-peer'
import { ServerPeer } from '@orpc/standard-server-peer'
import { wellFormedJson } from '../../shared/well-formed.ts'
import { createAcks } from './paced-watch.ts'
import { createPanelHandler, type PanelHandlerPorts } from './panel-handler.ts'

/** What carries the calls of one panel: a socket, or the window's port. */
export interface PanelLink {
  send(message: Parameters<ConstructorParameters<typeof ServerPeer>[0]>[0]): void
  isOpen(): boolean
  /** Somebody sent what is no call, and speaks something else. */
  refuse(): void
}

export interface PanelPeer {
  /**
   * Answers what came in, or refuses it; resolves when that is done. Text alone is a call: the contract has no files.
   */
  take(frame: unknown): Promise<void>
  /** Ends the calls and watches that are open. */
  close(): void
}

/**
 * Answers the calls of a panel, whose texts become well-formed. (oRPC's own adapters let a frame that is no call, or an
 * answer to a panel that has gone, end the process or write to the console.)
 */
export function createPanelPeer(link: PanelLink, ports: PanelHandlerPorts): PanelPeer {
  const { log, panel } = ports
  const handle = createServerPeerHandleRequestFn(createPanelHandler(ports), {
    context: { acks: createAcks() },
  })
  const peer = new ServerPeer((message) => link.send(message))

  const answer = async (text: string): Promise<void> => {
    const found = { isCall: false }
    try {
      await peer.message(wellFormedJson(text), (request) => {
        found.isCall = true
        return handle(request)
      })
    } catch (error) {
      // What breaks off because the panel went away is no news.
      if (!link.isOpen()) return
      if (found.isCall) log.error({ err: error, panel }, 'a call of a panel broke off')
      else link.refuse()
    }
  }
  return {
    async take(frame) {
      if (!link.isOpen()) return
      if (typeof frame === 'string') await answer(frame)
      else link.refuse()
    },
    close: () => peer.close(),
  }
}
