import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { attempt, every } from '../base/guarded.ts'
import { closeBadKey, panelKeyPrefix, panelSubprotocol } from '../../shared/panel-socket.ts'
import type { BrowserPanelParts } from '../app/app-options.ts'
import { createPassingMemory } from '../base/passing-memory.ts'
import { answerNotServed } from '../http/not-served.ts'
import { pathOf } from '../http/request-path.ts'
import type { BrowserPanel } from '../http/routes.ts'
import { readPanelFile } from '../panel/static-files.ts'
import { answerCalls } from './panel-calls.ts'

/** Largest frame a panel may send: its longest call carries a payload of 4 MiB. */
const maxFrameBytes = 5 * 1024 * 1024
/** How often a panel must answer a ping, or lose its connection: a laptop's lid closes without a word. */
const heartbeatMs = 30_000

/** The server has no room for this connection now (RFC 6455, registry of close codes). */
const closeTryLater = 1013

/** Panels that one user, or the operator, may have open at once: each is told of everything that happens. */
const maxPanelsPerUser = 64

/** Who pays for a panel that shows all users: whoever runs the server. */
const operatorId = 'local'

/**
 * Serves the built panel and its WebSocket over HTTP. The page needs no secret; the socket needs the panel key,
 * which comes as a subprotocol and is compared before anything else is read.
 */
export function createBrowserPanel(rendererDir: string): (parts: BrowserPanelParts) => BrowserPanel {
  return ({ routerOf, logins, revoked, blocks, connections, memory, log }) => {
    const memoryOf = createPassingMemory(memory)
    const tokenOf = new WeakMap<WebSocket, string>()
    /** Whose panel it is: the operator's own count apart from those of the user of that name. */
    const ownerOf = new WeakMap<WebSocket, string | null>()
    const sockets = new WebSocketServer({
      noServer: true,
      maxPayload: maxFrameBytes,
      // The key is among the offers and must never be the one that is selected and echoed.
      handleProtocols: (offers) => (offers.has(panelSubprotocol) ? panelSubprotocol : false),
    })
    const answered = new WeakSet<WebSocket>()

    const heartbeat = every('heartbeat of the panels', heartbeatMs, () => {
      for (const socket of sockets.clients) {
        attempt('heartbeat of a panel', () => {
          if (!answered.delete(socket)) socket.terminate()
          else socket.ping()
        })
      }
    }).unref()

    // By its token alone, and where the operator blocked it: the address may be the operator's own, a page has no
    // program's name, and a user who blocks programs of a token from a panel of the same token would lose the panel.
    const isBlocked = (token_id: string): boolean =>
      blocks.blockOf({ caller: { user_id: '', token_id }, remoteAddress: '', programName: null }) !== null

    const connect = (socket: WebSocket, request: IncomingMessage): void => {
      answered.add(socket)
      socket.on('pong', () => answered.add(socket))
      socket.on('error', (error) => log.warn({ err: error }, 'a panel connection failed'))
      const remote = request.socket.remoteAddress ?? 'unknown'
      const viewer = logins.viewer(offeredKey(request), remote)
      if (viewer === null || 'retryAfterSeconds' in viewer) {
        log.warn({ remote, tooMany: viewer !== null }, 'a panel came without the right key')
        socket.close(closeBadKey, 'The panel key is missing or wrong')
        return
      }
      if (viewer.tokenId !== null) {
        tokenOf.set(socket, viewer.tokenId)
        if (isBlocked(viewer.tokenId)) {
          log.warn({ remote }, 'a panel came with a token that is blocked')
          socket.close(closeBadKey, 'The token is blocked')
          return
        }
      }
      const open = [...sockets.clients].filter((other) => ownerOf.get(other) === viewer.userId).length
      if (open >= maxPanelsPerUser) {
        log.warn({ remote, user: viewer.userId }, 'a panel was turned away: its user has too many open')
        socket.close(closeTryLater, `One user may have ${String(maxPanelsPerUser)} panels open`)
        return
      }
      ownerOf.set(socket, viewer.userId)
      const userId = viewer.userId ?? operatorId
      if (connections.belongsTo(request, userId) !== null) {
        log.warn({ remote, user: userId }, 'a panel was turned away: its user has too many connections')
        socket.close(closeTryLater, 'Too many connections')
        return
      }
      answerCalls(socket, {
        router: routerOf(viewer),
        log,
        panel: remote,
        memory: memoryOf(userId),
        // One that reads slowly answers a ping only when it has read what stands before it.
        taken: () => answered.add(socket),
      })
    }

    const endPanelsOf = ({ id }: { id: string }): void => {
      for (const socket of sockets.clients) {
        if (tokenOf.get(socket) !== id) continue
        attempt('end of a panel', () => socket.close(closeBadKey, 'The token was revoked'))
      }
    }
    revoked.on('revoked', endPanelsOf)
    const endBlockedPanels = (): void => {
      for (const socket of sockets.clients) {
        const token = tokenOf.get(socket)
        if (token === undefined || !isBlocked(token)) continue
        attempt('end of a panel', () => socket.close(closeBadKey, 'The token is blocked'))
      }
    }
    blocks.events.on('added', endBlockedPanels)

    return {
      handle(request, response) {
        serveFile(rendererDir, request, response).catch((error: unknown) => {
          log.error({ err: error }, 'a file of the panel could not be read')
          if (!response.headersSent) response.writeHead(500)
          response.end()
        })
      },
      upgrade(request, socket: Duplex, head) {
        sockets.handleUpgrade(request, socket, head, connect)
      },
      close() {
        clearInterval(heartbeat)
        revoked.off('revoked', endPanelsOf)
        blocks.events.off('added', endBlockedPanels)
        // 1001: the server is going away (RFC 6455, section 7.4.1).
        for (const socket of sockets.clients) socket.close(1001, 'Busbar stops')
        sockets.close()
      },
    }
  }
}

function offeredKey(request: IncomingMessage): string | null {
  const offers = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((offer) => offer.trim())
  return offers.find((offer) => offer.startsWith(panelKeyPrefix))?.slice(panelKeyPrefix.length) ?? null
}

async function serveFile(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request)
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    answerNotServed(request, response, path === '/' ? ['GET', 'HEAD'] : [])
    return
  }
  const file = await readPanelFile(root, path)
  if (file.status === 404 && path !== '/') {
    answerNotServed(request, response)
    return
  }
  response.writeHead(file.status, file.headers)
  response.end(request.method === 'HEAD' ? undefined : file.body)
}
