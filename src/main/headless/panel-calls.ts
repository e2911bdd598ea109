import { WebSocket } from 'ws'
import { closeNoCall } from '../../shared/panel-socket.ts'
import { guarded, inBackground } from '../base/guarded.ts'
import { brokenBound, type JsonBounds } from '../base/json-bounds.ts'
import type { PassingMemory } from '../base/passing-memory.ts'
import type { PanelHandlerPorts } from '../panel/panel-handler.ts'
import { createPanelPeer } from '../panel/panel-peer.ts'

export interface PanelCallsPorts extends PanelHandlerPorts {
  /** Pays for calls until they are answered, and for what the panel has not read. */
  readonly memory: PassingMemory
  /** The system has taken something that was written to the panel. */
  readonly taken: () => void
}

/** With so many bytes unread, a panel that is to get more is closed: it does not read. */
const maxUnreadBytes = 16 * 1024 * 1024

/** As for the bodies of requests: a frame that is not within is not parsed. */
const frameBounds: JsonBounds = { maxJsonDepth: 128, maxJsonValues: 200_000 }

/** What an open call is counted as beside its frame, in bytes. */
const callBytes = 1024

/**
 * Answers the calls that come over a panel's socket until it closes. A frame that is no call closes it: whoever sends
 * one speaks something else. A panel that does not read what it asked for is closed, too.
 */
export function answerCalls(socket: WebSocket, ports: PanelCallsPorts): void {
  const { log, panel, memory } = ports
  const calls = memory.open('requests')
  const unread = memory.open('output')

  const giveUp = (why: string): void => {
    if (socket.readyState !== WebSocket.OPEN) return
    log.warn({ panel }, why)
    // Not `close`: that would wait behind what is not read.
    socket.terminate()
  }

  const sent = guarded('end of what was sent to a panel', (error?: Error | null): void => {
    unread.resize(socket.bufferedAmount)
    if (error == null) ports.taken()
  })

  const peer = createPanelPeer(
    {
      send(message) {
        if (socket.readyState !== WebSocket.OPEN) return
        const bytes = typeof message === 'string' ? Buffer.byteLength(message) : message.byteLength
        if (socket.bufferedAmount > maxUnreadBytes) {
          giveUp('a panel that does not read was closed')
        } else if (unread.resize(socket.bufferedAmount + bytes)) {
          socket.send(message, sent)
        } else giveUp('a panel was closed: there is no memory for what it has not read')
      },
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
      if (socket.readyState !== WebSocket.OPEN) return
      // Whole messages come as one Buffer each (`binaryType`, "nodebuffer").
      const frame = data as Buffer
      const text = isBinary ? null : frame.toString()
      if (text !== null && brokenBound(text, frameBounds) !== null) {
        log.warn({ panel }, 'a panel sent a frame of too many values; its connection was closed')
        socket.close(closeNoCall, 'The frame has too many values')
        return
      }
      const bytes = frame.length + callBytes
      if (!calls.resize(calls.bytes + bytes)) {
        giveUp('a panel was closed: there is no memory for its calls')
        return
      }
      const answered = peer.take(text ?? frame)
      inBackground(
        'call of a panel',
        answered.finally(() => calls.resize(Math.max(0, calls.bytes - bytes))),
      )
    }),
  )
  socket.on(
    'close',
    guarded('end of a panel', () => {
      peer.close()
      calls.release()
      unread.release()
    }),
  )
}
