import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** What a measured server tells when it listens. */
export interface Ready {
  port: number
  /** `Authorization` header it wants, if any. */
  authorization: string | null
}

/** Heap in use after garbage collections, and resident memory, in bytes. */
export interface Memory {
  heapUsed: number
  rss: number
}

/** A measured server in its own process, so that it has a core and a heap to itself. */
export interface ServerProcess extends Ready {
  memory(): Promise<Memory>
  stop(): Promise<void>
}

export async function startServer(file: string): Promise<ServerProcess> {
  const child: ChildProcess = fork(new URL(file, import.meta.url), { execArgv: ['--expose-gc'] })
  const [ready] = (await once(child, 'message')) as [Ready]
  return {
    ...ready,
    async memory() {
      child.send('memory')
      const [memory] = (await once(child, 'message')) as [Memory]
      return memory
    },
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** The measured process's side: announces itself and answers for its memory. */
export function serveMeasured(ready: Ready): void {
  process.on('message', () => {
    void (async () => {
      // Several rounds: finalisers and weak references need more than one.
      for (let round = 0; round < 4; round += 1) {
        globalThis.gc?.()
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      const { heapUsed, rss } = process.memoryUsage()
      process.send?.({ heapUsed, rss } satisfies Memory)
    })()
  })
  process.send?.(ready)
}
