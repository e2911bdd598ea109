import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { TestOrder, TestReport } from './test-process.ts'

/** How a run of tests ended: all passed, a file failed, or it took so long that it was ended. */
export type Outcome =
  { readonly kind: 'passed' } | { readonly kind: 'hung' } | { readonly kind: 'failed'; readonly test: string }

/** Runs unit tests in a process of its own, which is started anew where a mutant hangs. */
export interface Tester {
  run(order: TestOrder, limitMs: number): Promise<Outcome>
  close(): void
}

/** @param cacheFolder for what may be kept between runs */
export function createTester(cacheFolder: string): Tester {
  let child: ChildProcess | null = null

  function close(): void {
    // The whole group: a test process that hangs does not hear its parent.
    if (child?.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    child = null
  }

  function messageOf(from: ChildProcess): Promise<unknown> {
    return new Promise((resolve, reject) => {
      from.once('message', resolve)
      from.once('exit', (code) => reject(new Error(`The test process ended with code ${String(code)}.`)))
    })
  }

  async function ready(): Promise<ChildProcess> {
    if (child !== null) return child
    const started = fork(join(import.meta.dirname, 'test-process.ts'), {
      detached: true,
      // Vitest starts a process for each run, which loads the same code each time.
      env: { ...process.env, NODE_COMPILE_CACHE: join(cacheFolder, 'compiled') },
    })
    child = started
    await messageOf(started)
    started.removeAllListeners('exit')
    return started
  }

  return {
    async run(order, limitMs) {
      const to = await ready()
      const answer = messageOf(to) as Promise<TestReport>
      to.send(order)
      const late = Promise.withResolvers<null>()
      const timer = setTimeout(() => late.resolve(null), limitMs)
      const report = await Promise.race([answer, late.promise])
      clearTimeout(timer)
      to.removeAllListeners('exit')
      if (report === null) {
        close()
        return { kind: 'hung' }
      }
      return report.failed === null ? { kind: 'passed' } : { kind: 'failed', test: report.failed }
    },
    close,
  }
}
