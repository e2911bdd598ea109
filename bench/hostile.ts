import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { endProcesses, startServer } from '../tests/faults/server.ts'

/** A token of each hostile user, by what its program does. */
export interface HostileTokens {
  readonly lists: string
  readonly values: string
  readonly sends: string
  readonly history: string
}

/** How often `/healthz` is asked in each of the two measurements, one request after another. */
const asked = 1000
const aimMs = 100

/**
 * How long `/healthz` takes beside one hostile client of each user: lists of 5,000 clients, bodies of 1.7 million values,
 * messages of as many values as are allowed, searches of the history, and connections without a token; 16 at once of each.
 */
export async function measureHostile(): Promise<void> {
  const server = await startServer({ settings: { history_payloads: true } })
  const token = (user: string) => server.token(user, ['bus', 'panel'])
  const tokens: HostileTokens = {
    lists: await token('lists'),
    values: await token('values'),
    sends: await token('sends'),
    history: await token('history'),
  }
  console.log('| `/healthz` | p50 | p99 | longest |')
  console.log('|---|---:|---:|---:|')
  row('alone', await times(server.port))
  const hostile = fork(new URL('servers/hostile-clients.ts', import.meta.url), [
    JSON.stringify({ port: server.port, tokens }),
  ])
  await once(hostile, 'message')
  const beside = await times(server.port)
  hostile.kill('SIGKILL')
  await once(hostile, 'exit')
  row('beside hostile clients', beside)
  console.log(`\nThe aim is ${String(aimMs)} ms at p99: ${at(beside, 0.99) <= aimMs ? 'met' : 'missed'}.`)
  await endProcesses()
}

async function times(port: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const measured: number[] = []
  for (let n = 0; n < asked; n += 1) {
    const startedMs = performance.now()
    await new Promise<void>((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port, path: '/healthz', agent }, (response) => {
        response.resume()
        response.on('end', resolve)
      })
      request.on('error', reject)
    })
    measured.push(performance.now() - startedMs)
  }
  agent.destroy()
  return measured.toSorted((a, b) => a - b)
}

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN

function row(name: string, sorted: readonly number[]): void {
  const [p50, p99, longest] = [at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1)].map(
    (ms) => `${ms.toFixed(1)} ms`,
  )
  console.log(`| ${name} | ${String(p50)} | ${String(p99)} | ${String(longest)} |`)
}
