import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { panelContract } from '../../src/shared/panel-contract.ts'
import type { TokenInput } from '../../src/shared/tokens.ts'
import { openRawSession, type RawSession } from '../integration/wire/raw-session.ts'
import type { ServerOrder, ServerSettings, ServerWord } from './processes/server.ts'

/** Busbar in its own process. */
export interface FaultServer {
  readonly port: number
  readonly url: string
  readonly panelUrl: string
  readonly portWasTaken: boolean
  readonly dataDir: string
  readonly pid: number
  /** Bytes in use after a collection. */
  memory(): Promise<number>
  /** The most that the process has ever had in memory, in bytes. */
  peak(): Promise<number>
  /** Makes a token of a user, as a person does in the panel. */
  token(userId: string, scopes: TokenInput['scopes']): Promise<string>
  /** Sets the wall clock forward, or back; no other clock. */
  jump(ms: number): Promise<void>
  /** From now on its steady clock throws, or works again. */
  breakClock(broken: boolean): Promise<void>
  /** How often this line was logged. */
  logged(message: string): Promise<number>
  /** How often each place told of a fault, as an error. */
  faults(): Promise<Record<string, number>>
  /** @param token default: the local user's */
  raw(name: string, token?: string): Promise<RawSession>
  /** SIGKILL: no goodbye to anybody. */
  kill(): Promise<void>
}

const cleanups: (() => unknown)[] = []

/** Ends every process a test has started. For `afterEach`. */
export async function endProcesses(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
}

export async function startServer(settings: Partial<ServerSettings> = {}): Promise<FaultServer> {
  const dataDir = settings.dataDir ?? (await temporaryFolder())
  const whole: ServerSettings = { port: 0, limits: {}, allowHosts: [], ...settings, dataDir }
  const child = fork(new URL('./processes/server.ts', import.meta.url), [JSON.stringify(whole)], {
    execArgv: ['--expose-gc'],
  })
  cleanups.push(() => end(child))
  const word = await next(child)
  if (word.kind !== 'ready') throw new Error(`the server said ${word.kind} before it was ready`)
  const ask = async (order: ServerOrder): Promise<ServerWord> => {
    const answer = next(child)
    child.send(order)
    return answer
  }
  return {
    ...word,
    dataDir,
    pid: child.pid ?? 0,
    async memory() {
      const answer = await ask({ kind: 'memory' })
      return answer.kind === 'memory' ? answer.bytes : Number.NaN
    },
    async peak() {
      const answer = await ask({ kind: 'peak' })
      return answer.kind === 'peak' ? answer.bytes : Number.NaN
    },
    async token(userId, scopes) {
      const socket = new WebSocket(word.panelUrl.replace(/^http(.*)\/#.*$/, 'ws$1/panel/socket'), [
        'busbar.panel.v1',
        `busbar.key.${new URL(word.panelUrl).hash.slice('#key='.length)}`,
      ])
      await once(socket, 'open')
      const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
      const panel = createORPCClient<ContractRouterClient<typeof panelContract>>(link)
      const made = await panel.tokens.create({ name: userId, userId, scopes })
      socket.close()
      if (made.outcome === 'refused') throw new Error(made.message)
      return made.token
    },
    async jump(ms) {
      await ask({ kind: 'jump', ms })
    },
    async breakClock(broken) {
      await ask({ kind: 'clock', broken })
    },
    async faults() {
      const answer = await ask({ kind: 'log' })
      const counts = Object.entries(answer.kind === 'log' ? answer.counts : {})
      return Object.fromEntries(counts.filter(([line]) => line.startsWith('fault: ')))
    },
    async logged(message) {
      const answer = await ask({ kind: 'log' })
      return answer.kind === 'log' ? (answer.counts[message] ?? 0) : Number.NaN
    },
    raw: (name, token = 'token-of-the-local-user') => openRawSession({ port: word.port, token }, name),
    kill: () => end(child),
  }
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'busbar-faults-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** A process of clients; `said` holds what it told so far. */
export interface Peers<Word> {
  readonly said: readonly Word[]
  /** SIGSTOP: its sockets stay open, and nothing is read or answered. */
  freeze(): void
  thaw(): void
  kill(): Promise<void>
}

export function startPeers<Word>(file: 'crowd' | 'workers', args: readonly string[]): Peers<Word> {
  const child = fork(new URL(`./processes/${file}.ts`, import.meta.url), [...args])
  const said: Word[] = []
  child.on('message', (word) => void said.push(word as Word))
  cleanups.push(() => end(child))
  return {
    said,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill: () => end(child),
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

async function next(child: ChildProcess): Promise<ServerWord> {
  const heard = new AbortController()
  const { signal } = heard
  const gone = once(child, 'exit', { signal }).then(() =>
    Promise.reject(new Error('the server process ended')),
  )
  const [word] = (await Promise.race([once(child, 'message', { signal }), gone])) as [ServerWord]
  gone.catch(() => undefined)
  heard.abort()
  return word
}

/** Both buckets as uuids. */
export async function registered(session: RawSession, includeStale = true): Promise<string[]> {
  const list = await session.call('blender_list_available_clients', { include_stale: includeStale })
  return [...(list.persistent as { uuid: string }[]), ...(list.ephemeral as { uuid: string }[])].map(
    ({ uuid }) => uuid,
  )
}

/** Waits for something that is bound to happen, at most a minute. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`did not happen in a minute: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The JSON of a message frame's `data`. */
export function dataOf(frame: string): {
  payload: Record<string, unknown>
  message_id: string
  job_id: string
} {
  const json = frame.slice(frame.indexOf('{'))
  return (JSON.parse(json) as { params: { data: ReturnType<typeof dataOf> } }).params.data
}

/** True for a message of the bus; comments and pings are none. */
export const isMessage = (frame: string): boolean => frame.includes('"logger":"_message_bus"')
