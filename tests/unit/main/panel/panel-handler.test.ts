import { EventEmitter } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { ORPCError } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { MemoryLedger } from '../../../../src/main/base/ledger.ts'
import { createPassingMemory } from '../../../../src/main/base/passing-memory.ts'
import type { Log } from '../../../../src/main/base/log.ts'
import { answerCalls } from '../../../../src/main/headless/panel-calls.ts'
import type { PanelHandlerPorts } from '../../../../src/main/panel/panel-handler.ts'
import { answerPort } from '../../../../src/main/panel/panel-port.ts'
import { createPanelRouter } from '../../../../src/main/panel/router.ts'
import type { panelContract } from '../../../../src/shared/panel-contract.ts'
import { panelFixture, routerPorts } from './panel-fixture.ts'

type PanelApi = ContractRouterClient<typeof panelContract>

/** Two ends of a socket without a network. */
class SocketEnd extends EventEmitter {
  readonly readyState = WebSocket.OPEN
  other: SocketEnd | null = null

  send(message: string | Buffer): void {
    queueMicrotask(() => {
      this.other?.emit('message', Buffer.from(message), typeof message !== 'string')
      this.other?.emit('page-message', { data: message })
    })
  }

  addEventListener(event: string, listener: (event: unknown) => void): void {
    this.on(event === 'message' ? 'page-message' : event, listener)
  }

  close(): void {
    this.emit('close')
  }
}

const shells: [string, (ports: PanelHandlerPorts) => { panel: PanelApi; end: () => void }][] = [
  [
    'the window’s port',
    (ports) => {
      const { port1, port2 } = new MessageChannel()
      // Electron's port hands its listeners an event; Node's hands them what was sent.
      const end = answerPort(
        {
          postMessage: (message) => port1.postMessage(message),
          on: (event: 'message' | 'close', listener: (event: { data: unknown }) => void) =>
            port1.on(event, (data: unknown) => listener({ data })),
          start: () => port1.start(),
          close: () => port1.close(),
        },
        ports,
      )
      return { panel: createORPCClient<PanelApi>(new PortLink({ port: port2 })), end }
    },
  ],
  [
    'a browser’s socket',
    (ports) => {
      const [server, page] = [new SocketEnd(), new SocketEnd()]
      server.other = page
      page.other = server
      answerCalls(server as unknown as WebSocket, {
        ...ports,
        memory: createPassingMemory(new MemoryLedger(Infinity))('local'),
        taken: () => undefined,
      })
      const link = new SocketLink({ websocket: page as unknown as globalThis.WebSocket })
      return { panel: createORPCClient<PanelApi>(link), end: () => server.close() }
    },
  ],
]

describe.each(shells)('a call of a panel over %s', (_, connect) => {
  function handlerFixture() {
    const logged: [level: string, details: object, message: string][] = []
    const at = (level: string) => (details: object, message: string) =>
      void logged.push([level, details, message])
    const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
    const fault = new Error('the token is secret-text')
    const ports = routerPorts(panelFixture())
    const router = createPanelRouter({
      ...ports,
      server: {
        ...ports.server,
        token() {
          throw fault
        },
        status() {
          throw fault
        },
        connectInfo: () => ({ url: 'secret-text' }) as never,
      },
    })
    return { ...connect({ router, log, panel: 'here' }), fault, logged }
  }
  const message = 'a call of a panel failed by a fault of this program'

  it('that throws leaves a line in the log, and the panel learns that it failed', async () => {
    const { panel, end, fault, logged } = handlerFixture()
    await expect(panel.connect.token()).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'Internal server error',
    })
    expect(logged).toStrictEqual([
      ['error', { err: fault, procedure: 'connect.token', panel: 'here' }, message],
    ])
    end()
  })

  it('that throws while it is watched leaves a line in the log', async () => {
    const { panel, end, fault, logged } = handlerFixture()
    const watch = await panel.status.watch({ watchId: 'w' })
    await expect(watch.next()).rejects.toBeInstanceOf(Error)
    expect(logged).toStrictEqual([
      ['error', { err: fault, procedure: 'status.watch', panel: 'here' }, message],
    ])
    end()
  })

  it('whose answer does not fit the contract is logged without the answer', async () => {
    const { panel, end, logged } = handlerFixture()
    await expect(panel.connect.info()).rejects.toBeInstanceOf(ORPCError)
    expect(logged).toStrictEqual([
      [
        'error',
        {
          code: 'INTERNAL_SERVER_ERROR',
          reason: 'Output validation failed',
          issues: [
            'dataDir: Invalid input: expected string, received undefined',
            'blenderCommand: Invalid input: expected string, received undefined',
          ],
          procedure: 'connect.info',
          panel: 'here',
        },
        message,
      ],
    ])
    expect(JSON.stringify(logged)).not.toContain('secret-text')
    end()
  })

  it('that is refused, or is no call of the contract, leaves none', async () => {
    const { panel, end, logged } = handlerFixture()
    await expect(panel.tokens.list()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(panel.tokens.revoke({ id: 5 } as never)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    expect(logged).toStrictEqual([])
    end()
  })
})
