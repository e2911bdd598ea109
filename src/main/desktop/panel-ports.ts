/**
 * Hands the panel's page its message port. The only thing a page can ask of the main process by IPC; everything
 * else goes through the contract, over that port.
 */
import {
  ipcMain,
  MessageChannelMain,
  type IpcMainEvent,
  type MessagePortMain,
  type WebFrameMain,
} from 'electron'
import { panelPortChannel } from '../../shared/panel-socket.ts'
import { guarded } from '../base/guarded.ts'
import type { Log } from '../base/log.ts'

export type PanelPortsPorts = {
  /** True for the one frame that may have a port. */
  owns: (frame: WebFrameMain) => boolean
  /** Serves the panel's contract on a port until it is closed; answers what closes it from this side. */
  attach: (port: MessagePortMain) => () => void
  log: Log
}

export type PanelPorts = {
  /** Closes the port in use and the watches on it. The page may ask for another. */
  release(): void
  /** Closes the port in use and hands out no more. Idempotent. */
  close(): void
}

/** Starts to answer pages. A page that asks again, having reloaded or lost its port, has its old port closed. */
export function createPanelPorts({ owns, attach, log }: PanelPortsPorts): PanelPorts {
  let detach = () => {}

  const release = () => {
    detach()
    detach = () => {}
  }

  const answer = guarded('page that asks for a port', (event: IpcMainEvent) => {
    const frame = event.senderFrame
    // A frame that has navigated or gone since it asked is null.
    if (frame === null || !owns(frame)) {
      log.error({ url: frame?.url ?? null, origin: frame?.origin ?? null }, 'port refused: not the panel')
      return
    }
    release()
    const { port1, port2 } = new MessageChannelMain()
    detach = attach(port1)
    // To the frame and not to its window: the window may show another page by now.
    frame.postMessage(panelPortChannel, null, [port2])
  })

  ipcMain.on(panelPortChannel, answer)
  return {
    release,
    close() {
      ipcMain.off(panelPortChannel, answer)
      release()
    },
  }
}
